using System.Text.RegularExpressions;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What the code gives to each statement is what its file asks for. Columns are compared where there is a database (StatementColumnsTests).</summary>
public sealed partial class StatementParameterTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    private static readonly IReadOnlyList<(string Path, string Text)> Sources =
    [
        .. Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories).Select(file => (Path: file, Text: File.ReadAllText(file)))
            .Where(file => !file.Path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Path.EndsWith("Statement.cs", StringComparison.Ordinal)),
    ];

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Declared = typeof(Statement).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("Sql/", StringComparison.Ordinal)).Select(name => name["Sql/".Length..])
        .ToDictionary(name => name, name => Statement.Load(name).Parameters, StringComparer.Ordinal);

    /// <summary>Text that is put into others, and what is run before there is a schema; neither has parameters.</summary>
    private static readonly string[] Unbound = ["Parts/change_recorded", "Parts/inbox_item", "schema_prepare"];

    [Fact]
    public void Every_parameter_has_the_same_name_on_both_sides()
    {
        Declared.Count.ShouldBeGreaterThan(100);
        Declared.Values.Sum(names => names.Count).ShouldBeGreaterThan(500);

        Unbound.SelectMany(statement => Declared[statement]).ShouldBeEmpty();
        new StatementParameters(Sources).Faults(Declared).Except(Unbound.Select(statement => $"{statement} is bound nowhere")).ShouldBeEmpty();
    }

    /// <summary>What a statement answers is compared with what is declared; a column that is declared and not read would hide one that nobody needs.</summary>
    [Fact]
    public void Every_column_that_is_declared_is_read()
    {
        Sources.Sum(source => Declarations(source.Text).Count()).ShouldBeGreaterThan(250);

        Sources.SelectMany(source => Unread(source.Text).Select(column => $"{Path.GetFileName(source.Path)}: {column}")).ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_column_that_nobody_reads_is_found() =>
        Unread(
            """
            var id = row.GetGuid(Columns.Id);
            private static class Columns
            {
                public static readonly Column
                    Id = Find.Column("id"), State = Find.Column("state");
            }
            """).ShouldBe(["Columns.State"]);

    private static IEnumerable<string> Unread(string text) =>
        Declarations(text).Where(column => !Regex.IsMatch(text, $@"\b{Regex.Escape(column)}\b", RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static IEnumerable<string> Declarations(string text) =>
        ColumnClass().Matches(text).SelectMany(columns => Assigned().Matches(columns.Groups["columns"].Value).Select(column => $"{columns.Groups["class"].Value}.{column.Groups["name"].Value}"));

    [Theory]
    [InlineData("Find.With(Parameter.Of(\"tenant\", tenant.Value), Parameter.Of(\"id\", id))", null)]
    [InlineData("Find.With(Parameter.Of(\"tenant\", tenant.Value))", "Planted.cs does not give batches_find :id")]
    [InlineData("Find.With(Parameter.Of(\"tenant\", tenant.Value), Parameter.Of(\"id\", id), Parameter.Of(\"live\", true))", "Planted.cs gives batches_find :live, which it has not")]
    [InlineData("Find.With(Parameter.Of(\"tenant\", one), Parameter.Of(\"id\", id), Parameter.Of(\"id\", id))", "Planted.cs gives batches_find :id twice")]
    [InlineData("Find.With([.. Range(), Parameter.OrNull(\"id\", id)]); private static Parameter[] Range() => [Of(\"tenant\", Of(row => row.Tenant))];", null)]
    [InlineData("other.With(Parameter.Of(\"tenant\", one))", "Planted.cs binds other, and nobody knows which statement that is")]
    public void A_planted_difference_is_found(string planted, string? fault)
    {
        var found = new StatementParameters([("src/Planted.cs", $"private static readonly Statement Find = Statement.Load(\"batches_find\"); {planted}")])
            .Faults(new Dictionary<string, IReadOnlyList<string>> { ["batches_find"] = Declared["batches_find"] });

        found.Where(sentence => sentence != "batches_find is bound nowhere").ShouldBe(fault is null ? [] : [fault]);
    }

    [GeneratedRegex(@"static class (?<class>\w+)\s*\{\s*public static readonly Column\s(?<columns>[^;]*);", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnClass();

    [GeneratedRegex(@"(?<name>\w+) = ", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assigned();
}
