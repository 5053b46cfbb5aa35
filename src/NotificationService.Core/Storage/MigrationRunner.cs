using Npgsql;

namespace NotificationService.Storage;

/// <summary>Brings the schema up to date: numbered plain SQL, each in its own transaction, one process at a time.</summary>
public sealed class MigrationRunner(Database database)
{
    private const long AdvisoryLock = 0x4E6F746966; // "Notif"

    private const string JournalTable = """
        create schema if not exists notification_meta;
        create table if not exists notification_meta.migrations (
            name text primary key,
            applied_at timestamptz not null default now());
        """;

    /// <summary>Applies what is missing and returns the names of what was applied. A second process waits for the first and then finds nothing to do.</summary>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, JournalTable, cancellationToken);
            var applied = new List<string>();
            foreach (var (name, text) in await PendingAsync(connection, cancellationToken))
            {
                await ApplyAsync(connection, name, text, cancellationToken);
                applied.Add(name);
            }

            return applied;
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    /// <summary>Names of migrations this build knows and the database lacks.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select to_regclass('notification_meta.migrations') is not null", connection);
        var journalExists = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        return journalExists
            ? [.. (await PendingAsync(connection, cancellationToken)).Select(pending => pending.Name)]
            : [.. SqlText.Migrations().Select(migration => migration.Name)];
    }

    private static async Task<List<(string Name, string Text)>> PendingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select name from notification_meta.migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetString(0));
        return [.. SqlText.Migrations().Where(migration => !applied.Contains(migration.Name))];
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string name, string text, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A migration never queues behind a reader with everyone else queueing behind it.
        await ExecuteAsync(connection, "set local lock_timeout = '2s'", cancellationToken);
        await ExecuteAsync(connection, text, cancellationToken);
        await using var journal = new NpgsqlCommand("insert into notification_meta.migrations (name) values ($1)", connection, transaction);
        journal.Parameters.Add(new NpgsqlParameter { Value = name });
        await journal.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What went wrong before must not be hidden by what it leads to: the lock of a connection that broke is gone with it.</summary>
    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The connection is of no use any more.
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
