using NotificationService.ArchitectureTests.Documents;
using NotificationService.Deliveries;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>docs/architecture.md says what is so: the files it names, its picture of the statuses, its register of advisory locks.</summary>
public sealed class MapTests
{
    private const int MaxWords = 30;

    private static readonly string Map = Markdown.Read("docs/architecture.md");

    [Fact]
    public void Every_file_and_folder_that_the_map_names_exists() => MapPaths.Missing(Map).ShouldBeEmpty("moved or renamed? Then the map moves too");

    [Fact]
    public void It_names_a_file_for_each_change_that_a_newcomer_may_make()
    {
        string[] changes =
        [
            "a provider", "a channel", "a setting", "a status", "a list filter", "a webhook field", "a retry schedule", "a CSV column", "a gate before sending", "a token issuer", "a send quota", "a template partial",
        ];
        var rows = Markdown.Rows(Map, "to add").ToDictionary(row => row[0].Split("**")[1], row => row[1]);

        changes.Where(change => !rows.TryGetValue(change, out var files) || !MapPaths.In(files).Any()).ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_path_is_found() =>
        MapPaths.Missing("`Core/Deliveries/DeliveryWorker.cs` `Sql/deliveries_gone.sql` `Core/Nowhere/` `/health` `GET …/x` `notifications/{id}` `Gone.cs`\n```\n`Core/Inside/`\n```\n")
            .ShouldBe(["Sql/deliveries_gone.sql", "Core/Nowhere/", "Gone.cs"]);

    [Fact]
    public void The_diagram_of_statuses_is_the_table_of_legal_changes() => DiagramFaults(Map).ShouldBeEmpty($"as it should be:\n{string.Join('\n', Changes())}");

    [Fact]
    public void The_diagram_has_every_status() =>
        Markdown.Diagram(Map, "stateDiagram-v2").SelectMany(change => change.Split(" --> ")).Where(state => state != "[*]").Distinct()
            .ShouldBe(DeliveryStatuses.All.Select(status => status.ToName()), ignoreOrder: true);

    [Fact]
    public void A_planted_change_and_one_that_is_missing_are_found() =>
        DiagramFaults(Map.Replace("    read --> bounced\n", "    bounced --> queued\n", StringComparison.Ordinal)).ShouldBe(["not drawn: read --> bounced", "drawn and not legal: bounced --> queued"]);

    [Fact]
    public void Every_advisory_lock_is_in_the_register_and_nothing_else_is() => RegisterFaults(Map, Sources()).ShouldBeEmpty();

    [Fact]
    public void Planted_locks_are_found() =>
        RegisterFaults(Map,
            [
                .. Sources(),
                ("planted.sql", "select pg_try_advisory_xact_lock(4711, $1)"),
                ("planted.cs", "$\"select pg_advisory_xact_lock(hashtextextended({tenant + name}, 99))\" $\"select pg_advisory_lock({Secret})\""),
            ]).ShouldBe(["4711 of planted.sql is not in the register", "hash 99 of planted.cs is not in the register", "unreadable: Secret of planted.cs is not in the register"], ignoreOrder: true);

    [Fact]
    public void A_lock_that_is_gone_and_a_file_that_takes_none_are_found() =>
        RegisterFaults("| key | held for | why | taken in |\n| --- | --- | --- | --- |\n| `(8150, shard)` | ever | | `Core/Deliveries/Lease.cs` |\n", [])
            .ShouldBe(["8150 is taken nowhere", "Core/Deliveries/Lease.cs takes no advisory lock"]);

    [Fact]
    public void The_glossary_is_short_and_has_no_word_twice()
    {
        var words = Markdown.Rows(Map, "word").Select(row => row[0]).ToList();

        words.Count.ShouldBeInRange(20, MaxWords);
        words.ShouldBeUnique();
    }

    /// <summary>The lines of the diagram, made of the table that the code asks.</summary>
    private static IReadOnlyList<string> Changes() =>
    [
        .. DeliveryStatuses.All.Where(DeliveryTransitions.Initial.Contains).Select(status => $"[*] --> {status.ToName()}"),
        .. DeliveryStatuses.All.SelectMany(status => DeliveryStatuses.All.Where(next => DeliveryTransitions.IsLegal(status, next)).Select(next => $"{status.ToName()} --> {next.ToName()}")),
        .. DeliveryStatuses.All.Where(status => !DeliveryStatuses.All.Any(next => DeliveryTransitions.IsLegal(status, next))).Select(status => $"{status.ToName()} --> [*]"),
    ];

    private static IReadOnlyList<string> DiagramFaults(string map)
    {
        var (drawn, legal) = (Markdown.Diagram(map, "stateDiagram-v2"), Changes());
        return
        [
            .. legal.Except(drawn).Select(change => $"not drawn: {change}"),
            .. drawn.Except(legal).Select(change => $"drawn and not legal: {change}"),
            .. drawn.GroupBy(change => change).Where(same => same.Count() > 1).Select(same => $"drawn twice: {same.Key}"),
        ];
    }

    private static IReadOnlyList<(string File, string Text)> Sources() =>
    [
        .. ((string[])["*.cs", "*.sql"]).SelectMany(pattern => Directory.GetFiles(Path.Combine(Repository.Root, "src"), pattern, SearchOption.AllDirectories))
            .Select(file => (Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), File.ReadAllText(file)))
            .Where(file => !file.Item1.Contains("/obj/", StringComparison.Ordinal)),
    ];

    private static IReadOnlyList<string> RegisterFaults(string map, IReadOnlyList<(string File, string Text)> sources)
    {
        var rows = Markdown.Rows(map, "key").Select(row => (Key: AdvisoryLocks.KeyOf(row[0]), Files: MapPaths.In(row[^1]).ToList(), Functions: Markdown.Words(row[^1]).ToList())).ToList();
        var named = rows.SelectMany(row => row.Files).Select(path => Path.GetRelativePath(Repository.Root, MapPaths.Full(path)).Replace('\\', '/')).ToHashSet();
        var taken = sources.SelectMany(source => AdvisoryLocks.KeysIn(source.Text).Distinct().Select(key => (Key: key, source.File))).ToList();
        return
        [
            .. taken.Where(key => !rows.Exists(row => row.Key == key.Key)).Select(key => $"{key.Key} of {key.File} is not in the register"),
            .. rows.Where(row => !taken.Exists(key => key.Key == row.Key)).Select(row => $"{row.Key} is taken nowhere"),
            .. sources.Where(source => source.File.StartsWith("src/", StringComparison.Ordinal) && AdvisoryLocks.AreTakenIn(source.Text) && !named.Contains(source.File))
                .Select(source => $"{source.File} takes a lock and is not in the register"),
            .. rows.SelectMany(row => row.Files.Where(path => !IsTakenIn(path, row.Functions))).Select(path => $"{path} takes no advisory lock"),
        ];
    }

    /// <summary>By itself, or by a function that the row names.</summary>
    private static bool IsTakenIn(string path, IReadOnlyList<string> words)
    {
        var text = File.Exists(MapPaths.Full(path)) ? File.ReadAllText(MapPaths.Full(path)) : "";
        return AdvisoryLocks.AreTakenIn(text) || words.Any(word => !word.Contains('/', StringComparison.Ordinal) && text.Contains(word, StringComparison.Ordinal));
    }
}
