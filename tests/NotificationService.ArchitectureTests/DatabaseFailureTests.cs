using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What is an outage and what is bad data is decided in Storage only: nobody else looks at SQLSTATEs or asks which exception of Npgsql it is.</summary>
public sealed partial class DatabaseFailureTests
{
    private const string Storage = "src/NotificationService.Core/Storage/";

    /// <summary>Those who ask about something else.</summary>
    private static readonly (string File, string Because)[] Allowed =
    [
        ("src/NotificationService.Core/Channels/ProviderEditor.cs", "a name that is taken is an outcome"),
        ("src/NotificationService.Core/Templates/TemplateStore.cs", "a key that is taken is an outcome"),
        ("src/NotificationService.Core/Webhooks/WebhookCommands.cs", "a replay that is there already is an outcome"),
        ("src/NotificationService.Host/Auth/TenantRegistration.cs", "a tenant's key that is taken is an outcome"),
        ("src/NotificationService.Host/Observability/JsonLineFormatter.cs", "PostgreSQL's messages may quote data, and are not logged"),
    ];

    [Fact]
    public void Only_storage_decides_what_a_failure_of_the_database_is() =>
        Sources().Where(file => !file.Name.StartsWith(Storage, StringComparison.Ordinal) && !Allowed.Any(allowed => allowed.File == file.Name) && Decides(file.Text))
            .Select(file => file.Name).ShouldBeEmpty("ask DatabaseFailures.Of, or Outage");

    [Fact]
    public void Whoever_is_allowed_to_does_so() =>
        Allowed.Where(allowed => !Sources().Any(file => file.Name == allowed.File && Decides(file.Text))).Select(allowed => allowed.File).ShouldBeEmpty("no longer an exception");

    [Theory]
    [InlineData("catch (NpgsqlException)", true)]
    [InlineData("catch (Npgsql.PostgresException refused) when (!refused.IsTransient)", true)]
    [InlineData("exception is NpgsqlException or ObjectDisposedException", true)]
    [InlineData("exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }", true)]
    [InlineData("state == PostgresErrorCodes.QueryCanceled", true)]
    [InlineData("refusal.SqlState[..2] is \"08\"", true)]
    [InlineData("/// <exception cref=\"NpgsqlException\">Nobody knows.</exception>", false)]
    [InlineData("catch (Exception exception) when (Outage.IsBehind(exception)) // a PostgresException", false)]
    [InlineData("\"was refused ({SqlState}); each\"", false)]
    public void A_planted_decision_is_found(string line, bool isFound) => Decides(line).ShouldBe(isFound);

    private static bool Decides(string text) => Decision().IsMatch(Comment().Replace(text, ""));

    private static IEnumerable<(string Name, string Text)> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), Path: file))
            .Where(file => !file.Name.Contains("/obj/", StringComparison.Ordinal) && !file.Name.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file.Name, File.ReadAllText(file.Path)));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bNpgsqlException\b|\bPostgresException\b|\bPostgresErrorCodes\b|\.SqlState\b|\bSqlState:")]
    private static partial Regex Decision();
}
