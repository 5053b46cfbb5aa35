using System.Globalization;
using System.Text.Json;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>The fields of a bulk upload besides its file, in whatever order they come.</summary>
/// <param name="maxColumns">That a file may have: what maps them has no more entries.</param>
internal sealed class BulkForm(int maxColumns)
{
    private const int LongestName = 200;
    private const int FastestRate = 600_000;

    /// <summary>Of <c>channel</c> and of <c>channels</c>, each time: room for every name several times over, and not for thousands.</summary>
    public const int LongestChannels = 1_024;

    private static readonly string[] Names =
        ["template", "channel", "channels", "mapping", "mode", "idempotencyColumn", "category", "priority", "sendAt", "ratePerMinute", "dryRun", "name", "continues", "force"];

    /// <summary>Texts of one line, and their most characters.</summary>
    private static readonly Dictionary<string, int> Lines = new(StringComparer.Ordinal) { ["name"] = LongestName, ["category"] = RequestCheck.LongestCategory };

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);
    private readonly List<ChannelKind> channels = [];
    private readonly List<FieldError> errors = [];

    public string? Template => fields.GetValueOrDefault("template");

    public string? Name => fields.GetValueOrDefault("name");

    public string? Category => fields.GetValueOrDefault("category");

    public string? Priority => fields.GetValueOrDefault("priority");

    public string? IdempotencyColumn => fields.GetValueOrDefault("idempotencyColumn");

    public List<ChannelKind> Channels { get; } = [];

    public IReadOnlyDictionary<string, string>? Mapping { get; private set; }

    public BulkMode Mode { get; private set; } = BulkMode.SkipBadRows;

    public DateTimeOffset? SendAt { get; private set; }

    public int? RatePerMinute { get; private set; }

    public bool IsDryRun { get; private set; }

    public bool Force { get; private set; }

    public Guid? Continues { get; private set; }

    /// <summary>Bytes that the fields take while the form is held.</summary>
    public long Bytes { get; private set; }

    /// <summary>As far as the fields have come: where the rows go has to be known before the first of them.</summary>
    public Guid? ContinuesSoFar => Guid.TryParse(fields.GetValueOrDefault("continues"), out var job) ? job : null;

    /// <summary>
    /// An empty field is one left out: a page's form sends all that it has. What is in it is looked at when all are there, except for what is stored with the
    /// first row, and for the channels, which may come any number of times and are kept as what they name.
    /// </summary>
    public void Add(string name, string value)
    {
        if (!Names.Contains(name))
            errors.Add(new FieldError($"/{Problem.Echo(name)}", "unknown_property", Suggestion.Unknown("field", name, Names)));
        else if (name == "channels")
            AddChannels(name, value, channels);
        else if (!seen.Add(name))
            errors.Add(new FieldError($"/{name}", "duplicate_property", $"The field '{name}' stands here twice."));
        else if (value.Length > 0)
            Keep(name, value);
        if (value.Length > 0 && Lines.TryGetValue(name, out var max))
            errors.AddRange(RequestCheck.Line($"/{name}", value, max).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message)));
    }

    /// <summary>What is wrong with the fields that have come, before any of them is read.</summary>
    public ProblemResult? Refusal => errors.Count > 0 ? Problems.Validation(errors) : null;

    /// <summary>What is wrong with the fields, or null.</summary>
    public ProblemResult? Check(DateTimeOffset now)
    {
        if (errors.Count == 0)
            Read(now);
        return errors.Count > 0 ? Problems.Validation(errors) : null;
    }

    /// <summary>What a caller's key identifies: the fields that say something, in whatever order they came, and the file.</summary>
    public IdempotentRequest? Idempotent(string? key, bool live, string route, string fileSha256Hex) => key is null
        ? null
        : new IdempotentRequest(
            key, route, JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, string>(fields, StringComparer.Ordinal) { ["file"] = fileSha256Hex, ["channels"] = string.Join(',', channels.Select(channel => channel.ToName())) }, BulkFormJson.Default.DictionaryStringString),
            live);

    /// <summary>What the fields say once they are checked.</summary>
    public UploadRequest Request => new(Template, Channels, Mapping, IdempotencyColumn, Mode, IsDryRun, Category, Priority, SendAt, RatePerMinute, Name, Continues, Force);

    private void Read(DateTimeOffset now)
    {
        ReadChannels();
        if (fields.GetValueOrDefault("mode") is { } mode)
            Mode = mode switch { "skip_bad_rows" => BulkMode.SkipBadRows, "all_or_nothing" => BulkMode.AllOrNothing, _ => Wrong<BulkMode>("mode", "choice_invalid", "'mode' is skip_bad_rows or all_or_nothing.") };
        IsDryRun = Flag("dryRun");
        Force = Flag("force");
        if (fields.GetValueOrDefault("continues") is { } continues)
            Continues = Guid.TryParse(continues, out var job) ? job : Wrong<Guid?>("continues", "type", "The id of a job is expected.");
        if (fields.GetValueOrDefault("ratePerMinute") is { } rate)
        {
            RatePerMinute = int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is > 0 and <= FastestRate
                ? rows
                : Wrong<int?>("ratePerMinute", "number_range", $"1 to {FastestRate} rows a minute.");
        }

        if (fields.GetValueOrDefault("sendAt") is { } text)
        {
            if (!Rfc3339.TryParse(text, out var at))
                Wrong<int>("sendAt", "datetime_invalid", "A time such as 2026-01-31T09:30:00Z is expected, with its offset from UTC.");
            else if (at < now - RequestCheck.ClockSkew || at > now + RequestCheck.Furthest)
                Wrong<int>("sendAt", "datetime_range", $"'sendAt' is not in the past and at most {RequestCheck.Furthest.TotalDays} days ahead.");
            else
                SendAt = at > now ? at : null;
        }

        if (Priority is { } priority && !Deliveries.Priorities.TryParse(priority, out _))
            Wrong<int>("priority", "choice_invalid", $"'priority' is one of {Deliveries.Priorities.Names}.");
        ReadMapping();
        if (Continues is null && Template is null)
            Wrong<int>("template", "required", "'template' is required: the key of a published template.");
    }

    private void Keep(string name, string value)
    {
        fields[name] = value;
        Bytes += (long)value.Length * sizeof(char);
    }

    private void ReadChannels()
    {
        AddChannels("channel", fields.GetValueOrDefault("channel") ?? "", Channels);
        Channels.AddRange(channels.Where(channel => !Channels.Contains(channel)).ToList());
    }

    /// <summary>Each once, in the order in which they are named first; a name that is none is one error, and those behind it are not looked at.</summary>
    private void AddChannels(string field, string value, List<ChannelKind> to)
    {
        if (value.Length > LongestChannels)
        {
            Wrong<int>(field, "text_invalid", $"Names of channels with commas or as a JSON array, at most {LongestChannels} characters.");
            return;
        }

        foreach (var name in Several(field, value))
        {
            if (!ChannelKinds.TryParse(name, out var channel))
            {
                Wrong<int>(field, "unknown_channel", $"A channel is one of {ChannelKinds.Names}.");
                return;
            }

            if (!to.Contains(channel))
                to.Add(channel);
        }
    }

    /// <summary>With commas, or a JSON array as in other calls.</summary>
    private IEnumerable<string?> Several(string field, string value)
    {
        if (!value.TrimStart().StartsWith('['))
            return value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return JsonSerializer.Deserialize(value, BulkFormJson.Default.ListString) ?? [];
        }
        catch (JsonException)
        {
            Wrong<int>(field, "type", "Names of channels are expected, with commas or as a JSON array.");
            return [];
        }
    }

    private void ReadMapping()
    {
        if (fields.GetValueOrDefault("mapping") is not { } text)
            return;
        try
        {
            Mapping = JsonSerializer.Deserialize(text, BulkFormJson.Default.DictionaryStringString);
            if (Mapping?.Count > maxColumns)
                Wrong<int>("mapping", "too_many_properties", $"A file has at most {maxColumns} columns, and 'mapping' one entry for each.");
            else if (Mapping is null || Mapping.Values.Any(target => target is null))
                Wrong<int>("mapping", "type", "A JSON object is expected: a column of the file → recipient.email, reference or data.name.");
        }
        catch (JsonException)
        {
            Wrong<int>("mapping", "type", "A JSON object is expected: a column of the file → recipient.email, reference or data.name.");
        }
    }

    private bool Flag(string name) => fields.GetValueOrDefault(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => Wrong<bool>(name, "type", "true or false is expected."),
    };

    private T? Wrong<T>(string field, string code, string message)
    {
        errors.Add(new FieldError($"/{field}", code, message));
        return default;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
[System.Text.Json.Serialization.JsonSerializable(typeof(List<string>))]
internal sealed partial class BulkFormJson : System.Text.Json.Serialization.JsonSerializerContext;
