using NotificationService.Channels;
using NotificationService.Notifications;

namespace NotificationService.BulkJobs.Csv;

/// <summary>One file's headers on their way to their targets.</summary>
internal sealed class HeaderMatching(IReadOnlyList<string> headers, IReadOnlyList<string> variables, IReadOnlyList<ChannelKind> channels)
{
    private const string DataPrefix = "data.";
    private const int MaxLevels = 16;
    private const int LongestPath = 200;

    /// <summary>Names for which a like one is looked for: each is compared with every header.</summary>
    private const int MaxSuggestions = 5;

    private readonly Dictionary<string, string> variableOf = VariablesByPlainName(variables);
    private readonly IReadOnlyList<string> plain = [.. headers.Select(HeaderNames.Plain)];
    private readonly HashSet<int> twice = [];
    private int suggestions;

    public ColumnTarget?[] Targets { get; } = new ColumnTarget?[headers.Count];

    public List<CsvRefusal> Refusals { get; } = [];

    /// <summary>Nothing more is collected.</summary>
    public bool IsFull => Refusals.Count >= RequestIssue.MaxNamed;

    public void RefuseHeadersGivenTwice()
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var place = 0; place < plain.Count; place++)
        {
            if (first.TryAdd(plain[place], place))
                continue;
            twice.Add(place);
            Refuse(CsvCodes.ColumnDuplicate, headers[place], $"The header has the column '{Shown(first[plain[place]])}' twice: columns {first[plain[place]] + 1} and {place + 1}. Rename or delete one.");
        }
    }

    public void Map(string column, string target)
    {
        var place = Find(column);
        if (place < 0)
            Refuse(CsvCodes.MappingInvalid, column, $"The mapping names the column '{NearestName.Shown(column)}', which the file does not have.{Hint(column, headers)}");
        else if (Targets[place] is not null)
            Refuse(CsvCodes.MappingInvalid, column, $"The mapping names the column '{Shown(place)}' twice.");
        else if (Target(target) is { } found)
            Targets[place] = found;
        else
            Refuse(CsvCodes.MappingInvalid, column, $"The mapping sends the column '{Shown(place)}' to '{NearestName.Shown(target)}', which is neither a recipient's field nor a path into the data.{Hint(target, KnownTargets())}");
    }

    public void MatchTheRest()
    {
        var open = Enumerable.Range(0, plain.Count).Where(place => Targets[place] is null && !twice.Contains(place)).ToList();
        var mapped = Targets.Where(target => target is not null).Select(Key).ToHashSet(StringComparer.Ordinal);
        foreach (var place in open)
        {
            var variable = VariableFor(plain[place]);
            if (HeaderNames.Find(plain[place], channels) is { } known && !(known.IsSynonym && variable is not null))
                Targets[place] = Field(known.Field, variable);
            else if (variable is not null)
                Targets[place] = new ColumnTarget.Variable(variable);
            if (Targets[place] is { } target && mapped.Contains(Key(target)))
                Targets[place] = target.AlsoVariable is { } also ? new ColumnTarget.Variable(also) : null;
        }

        // A variable named 'mobile' is also the phone number where nothing else is.
        foreach (var place in open)
        {
            if (Targets[place] is ColumnTarget.Variable variable && HeaderNames.Find(plain[place], channels) is { } known
                && !Targets.Any(target => target is not null && Key(target) == Key(Field(known.Field, null))))
                Targets[place] = Field(known.Field, variable.Path);
        }
    }

    public void RefuseTargetsGivenTwice()
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var place = 0; place < Targets.Length; place++)
        {
            foreach (var key in Keys(Targets[place]))
            {
                if (!first.TryAdd(key, place))
                    Refuse(CsvCodes.ColumnDuplicate, headers[place], $"The columns '{Shown(first[key])}' and '{Shown(place)}' are both {key}. Delete one, rename it, or say in the mapping which one it is.");
            }
        }

        foreach (var (key, place) in first)
        {
            if (first.Keys.FirstOrDefault(other => other.StartsWith(key + ".", StringComparison.Ordinal)) is { } inner)
                Refuse(CsvCodes.MappingInvalid, headers[place], $"The column '{Shown(place)}' would be {key}, which cannot be a text and hold {inner} at once.");
        }
    }

    public void RequireAddresses()
    {
        var there = Targets.OfType<ColumnTarget.RecipientField>().Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        if (channels.Count == 0)
        {
            var any = ChannelKinds.All.SelectMany(HeaderNames.Addresses).Distinct(StringComparer.Ordinal).ToList();
            if (!any.Exists(there.Contains))
                RefuseMissing(any[0], $"No column says whom to write to: one of {string.Join(", ", any)}.");
        }

        foreach (var channel in channels.Distinct())
        {
            var needed = HeaderNames.Addresses(channel);
            if (!needed.Any(there.Contains))
                RefuseMissing(needed[0], $"The channel {channel.ToName()} needs the column '{string.Join("' or '", needed)}', which the file does not have.");
        }
    }

    public void RequireVariables(IReadOnlyCollection<string> required)
    {
        var there = Targets.SelectMany(Keys).Where(key => key.StartsWith(DataPrefix, StringComparison.Ordinal)).Select(key => key[DataPrefix.Length..]).ToList();
        foreach (var variable in required.Distinct(StringComparer.Ordinal))
        {
            if (!there.Exists(path => path == variable || path.StartsWith(variable + ".", StringComparison.Ordinal)))
                RefuseMissing(variable, $"The template needs '{variable}', for which the file has no column.");
        }
    }

    public int? FindIdempotency(string column)
    {
        var place = Find(column);
        if (place >= 0)
            return place;
        Refuse(CsvCodes.ColumnMissing, column, $"idempotencyColumn is '{NearestName.Shown(column)}', which the file does not have.{Hint(column, headers)}");
        return null;
    }

    private void RefuseMissing(string column, string message) =>
        Refuse(CsvCodes.ColumnMissing, column, message + Hint(column, headers.Where((_, place) => Targets[place] is null)));

    private void Refuse(string code, string column, string message)
    {
        if (!IsFull)
            Refusals.Add(new CsvRefusal(code, message, 1, column));
    }

    private string Hint(string name, IEnumerable<string> known) => !IsFull && suggestions++ < MaxSuggestions ? NearestName.Hint(name, known) : "";

    private string Shown(int place) => NearestName.Shown(headers[place]);

    /// <summary>The very name before one that is only like it.</summary>
    private int Find(string column)
    {
        for (var place = 0; place < headers.Count; place++)
        {
            if (headers[place] == column)
                return place;
        }

        var wanted = HeaderNames.Plain(column);
        for (var place = 0; place < plain.Count; place++)
        {
            if (plain[place] == wanted)
                return place;
        }

        return -1;
    }

    private IEnumerable<string> KnownTargets() => HeaderNames.All.Concat(variables.Select(variable => DataPrefix + variable));

    private ColumnTarget? Target(string target)
    {
        var wanted = HeaderNames.Plain(target);
        if (wanted.StartsWith(DataPrefix, StringComparison.Ordinal))
            return (VariableFor(wanted) ?? OtherPath(target)) is { } path ? new ColumnTarget.Variable(path) : null;
        if (wanted == "ignore")
            return new ColumnTarget.Ignored();
        return HeaderNames.Find(wanted, channels) is { } known ? Field(known.Field, null) : null;
    }

    /// <summary>As it is written: data may hold more than the template uses.</summary>
    private static string? OtherPath(string target)
    {
        if (!target.StartsWith(DataPrefix, StringComparison.OrdinalIgnoreCase) || target.Length > DataPrefix.Length + LongestPath || target.Any(char.IsControl))
            return null;
        var path = target[DataPrefix.Length..];
        var names = path.Split('.');
        return names.Length <= MaxLevels && names.All(name => name.Length > 0 && name.Trim() == name) ? path : null;
    }

    private string? VariableFor(string name)
    {
        var wanted = name.StartsWith(DataPrefix, StringComparison.Ordinal) ? name[DataPrefix.Length..] : name;
        return variableOf.GetValueOrDefault(wanted);
    }

    /// <summary>Of two that are spelled alike the first.</summary>
    private static Dictionary<string, string> VariablesByPlainName(IEnumerable<string> variables)
    {
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
            byName.TryAdd(HeaderNames.Plain(variable), variable);
        return byName;
    }

    private static ColumnTarget Field(string field, string? variable) =>
        field == HeaderNames.Reference ? new ColumnTarget.Reference { AlsoVariable = variable } : new ColumnTarget.RecipientField(field) { AlsoVariable = variable };

    private static string? Key(ColumnTarget? target) => target switch
    {
        ColumnTarget.RecipientField field => $"recipient.{field.Name}",
        ColumnTarget.Reference => HeaderNames.Reference,
        ColumnTarget.Variable variable => DataPrefix + variable.Path,
        _ => null,
    };

    /// <summary>All that a column fills.</summary>
    private static IEnumerable<string> Keys(ColumnTarget? target)
    {
        if (Key(target) is { } key)
            yield return key;
        if (target?.AlsoVariable is { } also)
            yield return DataPrefix + also;
    }
}
