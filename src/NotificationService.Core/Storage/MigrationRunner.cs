using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// Brings the schema up to date: numbered migrations that are applied once, and functions and triggers that are applied again whenever their text has
/// changed (docs/decisions/0044-one-baseline-and-functions-in-files.md). One process at a time, and all that is missing in one transaction, so that no
/// node ever sees the tables of one version with the functions of another.
/// </summary>
public sealed class MigrationRunner(Database database)
{
    private const long AdvisoryLock = 0x4E6F746966; // "Notif"

    private readonly IReadOnlyList<SchemaPart> parts = SchemaPart.All;

    /// <summary>With other parts than this build's.</summary>
    public MigrationRunner(Database database, IReadOnlyList<SchemaPart> parts)
        : this(database) => this.parts = parts;

    /// <summary>Applies what is missing and returns the names of what was applied. A second process waits for the first and then finds nothing to do.</summary>
    /// <exception cref="SchemaException">The schema cannot be brought up to date; nothing was changed.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellationToken);
        try
        {
            var missing = (await SchemaJournal.ReadAsync(connection, cancellationToken)).Missing(parts);
            if (missing.Count > 0)
                await ApplyAsync(connection, missing, cancellationToken);
            return [.. missing.Select(part => part.Name)];
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    /// <summary>Names of the parts of this build's schema that the database lacks.</summary>
    /// <exception cref="SchemaException">The schema cannot be brought up to date.</exception>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        var journal = await SchemaJournal.ReadAsync(connection, cancellationToken);
        return [.. journal.Missing(parts).Select(part => part.Name)];
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, IReadOnlyList<SchemaPart> missing, CancellationToken cancellationToken)
    {
        // By itself: who makes the roles of a cluster must not keep another database's migrations waiting.
        await ExecuteAsync(connection, SqlText.Statement("schema_prepare"), cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A migration never queues behind a reader with everyone else queueing behind it. Functions come before the tables that they name.
        await ExecuteAsync(connection, "set local lock_timeout = '2s'; set local check_function_bodies = off", cancellationToken);
        foreach (var part in missing)
            await ExecuteAsync(connection, part.Text, cancellationToken);
        await SchemaJournal.AddAsync(connection, missing, cancellationToken);
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
