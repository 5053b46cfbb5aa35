using Npgsql;

namespace NotificationService.Storage;

/// <summary>What was applied to a database so far: the table <c>notification_meta.migrations</c>, a row for each text of each part.</summary>
internal sealed class SchemaJournal
{
    private const string EarlierBuild =
        "the database was set up by an earlier build, from before the first release, which this one cannot bring up to date: "
        + "name an empty database instead, or drop this one and create it anew, and run the command migrate";

    private readonly HashSet<(string Name, string Checksum)> applied = [];

    private SchemaJournal()
    {
    }

    /// <exception cref="SchemaException">An earlier build has set the database up.</exception>
    public static async Task<SchemaJournal> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var journal = new SchemaJournal();
        await using var command = new NpgsqlCommand(
            "select (select count(*) from pg_attribute where attrelid = journal and attname = 'checksum') from to_regclass('notification_meta.migrations') journal where journal is not null", connection);
        switch (await command.ExecuteScalarAsync(cancellationToken))
        {
            case null:
                return journal; // an empty database
            case 0L:
                throw new SchemaException(EarlierBuild);
        }

        await journal.LoadAsync(connection, cancellationToken);
        return journal;
    }

    /// <summary>
    /// Those whose text was not applied yet. One that was is not applied again, also if another text was applied since: a node of the version before that
    /// starts while the others are new already must not put its functions back.
    /// </summary>
    /// <exception cref="SchemaException">A migration is there with another text.</exception>
    public IReadOnlyList<SchemaPart> Missing(IEnumerable<SchemaPart> parts)
    {
        var names = applied.Select(part => part.Name).ToHashSet(StringComparer.Ordinal);
        var missing = parts.Where(part => !applied.Contains((part.Name, part.Checksum))).ToList();
        return missing.Find(part => part.IsMigration && names.Contains(part.Name)) switch
        {
            null => missing,
            { Name: SchemaPart.Baseline } => throw new SchemaException(EarlierBuild),
            { Name: var name } => throw new SchemaException($"the migration {name} was changed after it had been applied to this database: put its text back and make the change in a migration of its own"),
        };
    }

    /// <summary>Writes down what is applied in the same transaction.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<SchemaPart> parts, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("insert into notification_meta.migrations (name, checksum) select * from unnest($1, $2)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = parts.Select(part => part.Name).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = parts.Select(part => part.Checksum).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task LoadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select name, checksum from notification_meta.migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add((reader.GetString(0), reader.GetString(1)));
    }
}
