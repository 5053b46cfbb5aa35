using Npgsql;

namespace NotificationService.Storage;

/// <summary>Looks whether the database still keeps tenants apart. The service does not serve on one that does not.</summary>
public sealed class SchemaGuard(Database database)
{
    private static readonly Statement Findings = Statement.Load("schema_findings");
    private static readonly Statement Role = Statement.Load("schema_role");
    private static readonly Column Finding = Findings.Column("finding");

    /// <summary>What is wrong, a sentence each; empty when all is well.</summary>
    public async Task<IReadOnlyList<string>> FindingsAsync(CancellationToken cancellationToken)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        await CollectAsync(database.App, Database.AppRole, found, cancellationToken);
        await CollectAsync(database.Worker, Database.WorkerRole, found, cancellationToken);
        return [.. found];
    }

    private static async Task CollectAsync(NpgsqlDataSource source, string role, SortedSet<string> found, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using (var who = Role.With().On(connection))
        {
            var actual = (string?)await who.ExecuteScalarAsync(cancellationToken);
            if (actual != role)
                found.Add($"a connection that should act as {role} acts as {actual}");
        }

        await using var command = Findings.With().On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(Finding));
    }
}
