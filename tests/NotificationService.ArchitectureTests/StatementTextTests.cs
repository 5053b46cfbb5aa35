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

    [Fact]
    public void They_stand_by_name_in_the_statements_of_tests_too()
    {
        var files = ((string[])["Testing", "IntegrationTests", "EndToEndTests"])
            .SelectMany(project => Directory.GetFiles(Path.Combine(Repository.Root, "tests", $"NotificationService.{project}"), "*.cs", SearchOption.AllDirectories)).ToList();

        files.Count.ShouldBeGreaterThan(200);
        files.SelectMany(file => NumericInATest().Matches(File.ReadAllText(file)).Select(found => $"{Path.GetFileName(file)}: {found.Value}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("await database.ExecuteAsync(\"update webhook_messages set state = 3\");")]
    [InlineData("$\"select count(*) from deliveries d where d.status in (10, 20)\"")]
    [InlineData("status <> 30 and lease_until is null")]
    public void A_number_in_a_test_is_found(string line) => NumericInATest().Matches(line).ShouldNotBeEmpty();

    [Theory]
    [InlineData("private Task PlantAsync(int state = 3)")]
    [InlineData("select count(*) from webhook_attempts where status = 200")]
    [InlineData("update deliveries set status = {status.sent}")]
    public void What_is_no_state_is_not(string line) => NumericInATest().Matches(line).ShouldBeEmpty();

    private static IEnumerable<string> NumericStates(string text) =>
        text.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)).SelectMany(line => Numeric().Matches(line)).Select(match => match.Value);

    [GeneratedRegex(@"\b(status|state|outcome|failure_kind|kind|mode|strategy|channel)\b *(=|<>|<=?|>=?|is (not )?distinct from|(not )?in) *(\(? *\d|case when [^{]*then \d)")]
    private static partial Regex Numeric();

    /// <summary>Not as strict: a test's parameter may be called so, and so is the status of a response.</summary>
    [GeneratedRegex(@"\bstatus\b *(=|<>|<=?|>=?|is (not )?distinct from|(not )?in) *\(?(10|20|30|40|50|60|7[0-4])\b|(where|and|or|set|\() *(\w+\.)?state *(=|<>|<=?|>=?|(not )?in) *\(?\d")]
    private static partial Regex NumericInATest();
}
