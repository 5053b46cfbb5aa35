using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What can be seen in the text of the statements.</summary>
public sealed partial class StatementTextTests
{
    private static readonly string Storage = Path.Combine(Repository.Root, "src", "NotificationService.Core", "Storage");
    private static readonly string Folder = Path.Combine(Storage, "Sql");

    [Fact]
    public void States_stand_in_statements_by_name()
    {
        var files = ((string[])["Sql", "Functions", "Triggers"]).SelectMany(folder => Directory.GetFiles(Path.Combine(Storage, folder), "*.sql")).ToList();

        files.Count.ShouldBeGreaterThan(150);
        files.SelectMany(file => NumericStates(File.ReadAllText(file)).Select(found => $"{Path.GetFileName(file)}: {found}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("select 1 from deliveries where status = 20")]
    [InlineData("select 1 from deliveries d where d.status in (10, 20)")]
    [InlineData("select 1 from receipts r where r.state is distinct from 1")]
    [InlineData("update bulk_jobs set state = case when true then 3 else 4 end")]
    public void A_number_in_its_place_is_found(string statement) => NumericStates(statement).ShouldNotBeEmpty();

    /// <summary>What a statement needs to know of a vendor the provider type says (<c>IReceiptSource</c>), and it comes as a parameter: a vendor is a folder of Providers that can be deleted.</summary>
    [Fact]
    public void No_statement_knows_a_vendor() =>
        Directory.GetFiles(Folder, "*.sql").SelectMany(file => VendorsIn(File.ReadAllText(file)).Select(found => $"{Path.GetFileName(file)}: {found}")).ShouldBeEmpty();

    [Theory]
    [InlineData("select p.type = 'whatsapp_cloud' from providers p", "whatsapp_cloud")]
    [InlineData("-- As SendGrid reports it.", "SendGrid")]
    [InlineData("-- Meta's ids are no uuids", "Meta")]
    [InlineData("select p.type is distinct from 'sandbox' from providers p", "'sandbox'")]
    public void A_vendor_in_a_statement_is_found(string statement, string vendor) => VendorsIn(statement).ShouldBe([vendor]);

    [Fact]
    public void What_is_the_services_own_is_no_vendor() =>
        VendorsIn("-- what the sandbox was given\nselect m.id, {channel.in_app}, notification_meta.purge_sandbox_messages($1) from sandbox_messages m").ShouldBeEmpty();

    /// <summary>The folders of Providers, however they are written, and companies. The sandbox and in-app are the service's own: only their type is none of a statement's business.</summary>
    private static IEnumerable<string> VendorsIn(string text)
    {
        string[] own = ["sandbox", "inapp"];
        var vendors = Directory.GetDirectories(Path.Combine(Repository.Root, "src", "NotificationService.Providers")).Select(folder => Path.GetFileName(folder).ToLowerInvariant())
            .Except(["bin", "obj", "http", .. own]).Concat(["meta", "google", "firebase"]).ToHashSet(StringComparer.Ordinal);
        return Words().Matches(text).Select(match => match.Value)
            .Where(word => vendors.Contains(Plain(word)) || (word.StartsWith('\'') && own.Contains(Plain(word))))
            .Select(word => vendors.Contains(Plain(word)) ? word.Trim('\'') : word);
    }

    private static string Plain(string word) => word.Trim('\'').Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

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

    [GeneratedRegex("'[A-Za-z_]+'|[A-Za-z_]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\b(status|state|outcome|failure_kind|kind|mode|strategy|channel)\b *(=|<>|<=?|>=?|is (not )?distinct from|(not )?in) *(\(? *\d|case when [^{]*then \d)")]
    private static partial Regex Numeric();

    /// <summary>Not as strict: a test's parameter may be called so, and so is the status of a response.</summary>
    [GeneratedRegex(@"\bstatus\b *(=|<>|<=?|>=?|is (not )?distinct from|(not )?in) *\(?(10|20|30|40|50|60|7[0-4])\b|(where|and|or|set|\() *(\w+\.)?state *(=|<>|<=?|>=?|(not )?in) *\(?\d")]
    private static partial Regex NumericInATest();
}
