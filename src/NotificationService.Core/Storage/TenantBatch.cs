using System.Text;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// Statements of one or several tenants in one pipelined transaction: one round trip and one commit, each preceded by the scope
/// that it needs. Either all of it is committed or nothing.
/// </summary>
public sealed class TenantBatch : IAsyncDisposable
{
    private readonly NpgsqlBatch batch;
    private readonly NpgsqlDataSource? source;
    private readonly NpgsqlConnection connection;
    private TenantId? scope;
    private TenantSet? scopeOfSet;

    private TenantBatch(NpgsqlDataSource? source, NpgsqlConnection connection)
    {
        (this.source, this.connection) = (source, connection);
        batch = new NpgsqlBatch(connection);
    }

    public static async Task<TenantBatch> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var opened = new TenantBatch(source, await source.OpenConnectionAsync(cancellationToken));
        opened.batch.BatchCommands.Add(new NpgsqlBatchCommand("begin"));
        return opened;
    }

    /// <summary>Statements of a transaction that is somebody else's to begin and to end: <see cref="RunAsync"/> instead of <see cref="CommitAsync"/>.</summary>
    public static TenantBatch Within(NpgsqlConnection connection) => new(null, connection);

    /// <summary>Whether nothing was added.</summary>
    public bool IsEmpty => batch.BatchCommands.Count == 0;

    /// <summary>Adds a statement under a tenant's scope. Add tenants in ascending order, so that two batches never wait for each other in a circle.</summary>
    public void Add(TenantId tenant, BoundStatement statement)
    {
        Open(tenant);
        Add(statement);
    }

    /// <summary>Adds a statement about rows of several tenants, each of which it is given with its tenant.</summary>
    public void Add(TenantSet tenants, BoundStatement statement)
    {
        if (tenants.Single is { } tenant)
        {
            Add(tenant, statement);
            return;
        }

        if (!ReferenceEquals(scopeOfSet, tenants))
            batch.BatchCommands.Add(Database.OpenScope(tenants));
        (scope, scopeOfSet) = (null, tenants);
        Add(statement);
    }

    /// <summary>Adds a statement that touches no tenant's table, or only those the worker role sees whole.</summary>
    public void Add(BoundStatement statement) => batch.BatchCommands.Add(statement.InBatch());

    /// <summary>Adds a statement under a tenant's scope. Add tenants in ascending order, so that two batches never wait for each other in a circle.</summary>
    public void Add(TenantId tenant, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        Open(tenant);
        Add(sql, parameters);
    }

    /// <summary>Adds a statement that touches no tenant's table, or only those the worker role sees whole.</summary>
    public void Add(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    /// <summary>Runs and commits. <paramref name="read"/> is called for every row of every statement that returns rows, scopes left out.</summary>
    /// <exception cref="PostgresException">The database refused; nothing is stored.</exception>
    /// <exception cref="NpgsqlException">The connection broke; whether the commit happened is unknown.</exception>
    public async Task CommitAsync(Action<NpgsqlDataReader>? read, CancellationToken cancellationToken)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        try
        {
            await RunAsync((reader, _) => read?.Invoke(reader), cancellationToken);
        }
        catch (EncoderFallbackException)
        {
            // Half a character in a parameter: the batch was given up while it was being written, and the connection takes statements for
            // prepared that the server never saw. It and its like are closed instead of being used again.
            source?.Clear();
            throw;
        }
    }

    /// <summary>Runs and does not commit. <paramref name="read"/> is called with which of the added statements that return rows, from 0, each row is.</summary>
    public async Task RunAsync(Action<NpgsqlDataReader, int>? read, CancellationToken cancellationToken)
    {
        var statement = 0;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            // A scope statement answers one column named set_config; everything else belongs to the caller.
            if (reader.FieldCount == 0 || reader.GetName(0) == "set_config")
                continue;
            while (await reader.ReadAsync(cancellationToken))
                read?.Invoke(reader, statement);
            statement++;
        }
        while (await reader.NextResultAsync(cancellationToken));
    }

    private void Open(TenantId tenant)
    {
        if (scope == tenant)
            return;
        batch.BatchCommands.Add(Database.OpenScope(tenant));
        (scope, scopeOfSet) = (tenant, null);
    }

    public async ValueTask DisposeAsync()
    {
        await batch.DisposeAsync();
        if (source is not null)
            await connection.DisposeAsync();
    }
}
