using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// The statement of a page. It answers one row at least: how many rows match, how many were looked at, and where that ended; and an item, whose id is null
/// where there is none.
/// </summary>
internal sealed class ListStatement
{
    private readonly Statement statement;

    /// <param name="name">The file's.</param>
    public ListStatement(string name)
        : this(Statement.Load(name))
    {
    }

    /// <summary>One of several variants.</summary>
    public ListStatement(string name, IReadOnlyCollection<string> variants)
        : this(Statement.Load(name, variants))
    {
    }

    private ListStatement(Statement loaded)
    {
        statement = loaded;
        (Hits, LookedAt, LastLookedAt, Id) = (Column("hits"), Column("looked_at"), Column("last_looked_at"), Column("id"));
    }

    public Statement Statement => statement;

    public Column Hits { get; }

    public Column LookedAt { get; }

    public Column LastLookedAt { get; }

    public Column Id { get; }

    public Column Column(string name) => statement.Column(name);

    public BoundStatement With(params ReadOnlySpan<Parameter> given) => statement.With(given);
}

/// <summary>Runs the two statements of a list.</summary>
internal sealed class ListStatements(Database database)
{
    /// <summary>One step of a page.</summary>
    public async Task<ListStepResult<T>> ReadAsync<T>(TenantId tenant, ListStatement list, BoundStatement statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, statement);
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(list.Hits), row.GetInt64(list.LookedAt), row.GetOrNull<Guid>(list.LastLookedAt));
                if (!row.IsDBNull(list.Id))
                    items.Add(read(row));
            },
            cancellationToken);
        return new ListStepResult<T>(items, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    /// <summary>How many there are.</summary>
    public async Task<ListTotal> CountAsync(TenantId tenant, BoundStatement statement, Func<NpgsqlDataReader, ListTotal> read, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, statement);
        await batch.CommitAsync(row => total = read(row), cancellationToken);
        return total;
    }
}
