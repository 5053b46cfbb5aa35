using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What can be seen in the text of the statements.</summary>
public sealed partial class StatementTextTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "NotificationService.Core", "Storage", "Sql");

    [Fact]
    public void States_stand_in_statements_by_name()
    {
        var files = Directory.GetFiles(Folder, "*.sql");

        files.Length.ShouldBeGreaterThan(100);
        files.SelectMany(file => NumericStates(File.ReadAllText(file)).Select(found => $"{Path.GetFileName(file)}: {found}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("select 1 from deliveries where status = 20")]
    [InlineData("select 1 from deliveries d where d.status in (10, 20)")]
    [InlineData("select 1 from receipts r where r.state is distinct from 1")]
    [InlineData("update bulk_jobs set state = case when true then 3 else 4 end")]
    public void A_number_in_its_place_is_found(string statement) => NumericStates(statement).ShouldNotBeEmpty();

    private static IEnumerable<string> NumericStates(string text) =>
        text.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)).SelectMany(line => Numeric().Matches(line)).Select(match => match.Value);

    [GeneratedRegex(@"\b(status|state|outcome|failure_kind|kind|mode|strategy|channel)\b *(=|<>|<=?|>=?|is (not )?distinct from|(not )?in) *(\(? *\d|case when [^{]*then \d)")]
    private static partial Regex Numeric();
}
