using System.Text.RegularExpressions;

namespace NotificationService.ArchitectureTests;

/// <summary>Finds which parameters the sources give to each statement: the literals within <c>With(…)</c>, and those of the methods that are called there for a part of them.</summary>
internal sealed partial class StatementParameters
{
    /// <summary>Where a statement is bound that the code there does not name: each is one of these.</summary>
    private static readonly Dictionary<(string File, string Receiver), string[]> Shared = new()
    {
        [("SealedTable.cs", "find")] = ["provider_credentials_find_old", "webhook_secrets_find_old", "totp_secrets_find_old", "notices_find_old"],
        [("SealedTable.cs", "reseal")] = ["provider_credentials_reseal", "webhook_secrets_reseal", "totp_secrets_reseal", "notices_reseal"],
        [("SealedTable.cs", "count")] = ["provider_credentials_count_old", "webhook_secrets_count_old", "totp_secrets_count_old", "notices_count_old"],
        [("Modes.cs", "statement")] = ["notifications_mode", "batches_mode", "bulk_jobs_mode"],
        [("ListWalk.cs", "list")] = ["batches_list", "bulk_jobs_list"],
        [("ListWalk.cs", "Statements[0]")] = ["batches_count", "bulk_jobs_count"],
        [("BatchMaintenance.cs", "Statements[0]")] = ["batches_cancel_next", "deliveries_resume_next"],
        [("OutboxMaintenance.cs", "purge")] = ["events_purge", "kafka_messages_purge", "outbox_purge"],
        [("StatusPublisher.cs", "statement")] = ["kafka_messages_remove", "kafka_messages_dead_letter"],
        [("NotificationList.cs", "List(filter)")] = ["notifications_list"],
        [("NotificationList.cs", "Count(filter)")] = ["notifications_count"],
        [("AuditLogList.cs", "list")] = ["audit_log_list"],
        [("DeliveryResultColumns.cs", "statement")] = ["deliveries_complete"],
        [("InboxQueries.cs", "Items")] = ["inbox_items_list"],
        [("InboxQueries.cs", "Count")] = ["inbox_items_count"],
        [("TopicSendWalk.cs", "Read")] = ["topic_sends_read"],
        [("RowRangeWorker.cs", "Take")] = ["bulk_row_ranges_take"],
        // Hands on what it is given.
        [("ListStatements.cs", "statement")] = [],
    };

    /// <summary>The result of a list has a method of that name, too.</summary>
    private const string Page = "result";

    private readonly List<(string Statement, string Where, string[] Names)> bindings = [];
    private readonly List<string> faults = [];

    public StatementParameters(IEnumerable<(string Path, string Text)> sources)
    {
        var files = sources.ToList();
        foreach (var (path, text) in files)
        {
            var file = Path.GetFileName(path);
            var statements = Loaded().Matches(text).ToLookup(match => match.Groups["field"].Value, match => match.Groups["name"].Value, StringComparer.Ordinal);
            foreach (Match binding in With().Matches(text))
            {
                var receiver = binding.Groups["receiver"].Value;
                if (receiver == Page)
                    continue;
                var given = Within(text, binding.Index + binding.Length);
                string[] names = [.. NamesIn(given), .. Parts(given, text, files).SelectMany(NamesIn)];
                if (Shared.TryGetValue((file, receiver), out var several))
                    bindings.AddRange(several.Select(statement => (statement, file, names)));
                else if (statements[receiver].ToList() is [var statement])
                    bindings.Add((statement, file, names));
                else
                    faults.Add($"{file} binds {receiver}, and nobody knows which statement that is");
            }
        }
    }

    /// <summary>A sentence for each statement whose names are not the same on both sides.</summary>
    /// <param name="declared">Each statement's parameters, as its file has them.</param>
    public IReadOnlyList<string> Faults(IReadOnlyDictionary<string, IReadOnlyList<string>> declared) =>
    [
        .. faults,
        .. declared.Keys.Except(bindings.Select(binding => binding.Statement)).Select(statement => $"{statement} is bound nowhere"),
        .. bindings.SelectMany(binding => Differences(binding.Statement, binding.Where, binding.Names, declared.GetValueOrDefault(binding.Statement))),
    ];

    private static IEnumerable<string> Differences(string statement, string where, string[] given, IReadOnlyList<string>? declared)
    {
        if (declared is null)
            return [$"{where} binds {statement}, which there is not"];
        return
        [
            .. given.Except(declared).Select(name => $"{where} gives {statement} :{name}, which it has not"),
            .. declared.Except(given).Select(name => $"{where} does not give {statement} :{name}"),
            .. given.GroupBy(name => name).Where(name => name.Count() > 1).Select(name => $"{where} gives {statement} :{name.Key} twice"),
        ];
    }

    private static IEnumerable<string> NamesIn(string text) => Given().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>What stands in the methods that answer parameters and are called here: those of the same file, or else of any.</summary>
    private static IEnumerable<string> Parts(string given, string own, IReadOnlyList<(string Path, string Text)> files)
    {
        foreach (var method in Call().Matches(given).Select(call => $"Parameter[] {call.Groups["method"].Value}("))
        {
            var text = own.Contains(method, StringComparison.Ordinal) ? own : files.Select(file => file.Text).FirstOrDefault(other => other.Contains(method, StringComparison.Ordinal));
            if (text is null)
                continue;
            var from = text.IndexOf(method, StringComparison.Ordinal);
            yield return text[from..text.IndexOf("];", from, StringComparison.Ordinal)];
        }
    }

    /// <summary>Up to the parenthesis that closes the one before <paramref name="from"/>.</summary>
    private static string Within(string text, int from)
    {
        var (depth, at) = (1, from);
        for (var inString = false; depth > 0; at++)
        {
            if (text[at] == '"')
                inString = !inString;
            else if (!inString && text[at] == '(')
                depth++;
            else if (!inString && text[at] == ')')
                depth--;
        }

        return text[from..(at - 1)];
    }

    [GeneratedRegex("""(?:Statement|ListStatement|ModeStatement) (?<field>\w+) = (?:Statement\.Load|new)\((?:ModeOf\.\w+, )?"(?<name>\w+)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Loaded();

    [GeneratedRegex(@"(?<receiver>\w+(?:\[0\]|\(filter\))?)\.With\(", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex With();

    [GeneratedRegex("""\b[A-Z]\w*(?:<[^()]*>)?\("(?<name>[a-z][a-z0-9_]*)",""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Given();

    [GeneratedRegex(@"(?:^|\.\. )(?!Parameter\.)(?:\w+\.)?(?<method>[A-Z]\w*)\((?!"")", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
