using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Whoever is paged at night pastes what docs/operations.md says: it runs on this schema.</summary>
public sealed partial class OperationsSqlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Every_statement_of_the_document_runs()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operations.md"));
        var statements = Block().Matches(text).Concat(Inline().Matches(text)).Select(match => match.Groups["sql"].Value).ToList();

        statements.Count.ShouldBeGreaterThan(3);
        foreach (var statement in statements)
            await database.ExecuteAsync(statement);
    }

    [GeneratedRegex("^ *```sql\n(?<sql>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(?<sql>(select|update|delete) [^`\n]+)`")]
    private static partial Regex Inline();
}
