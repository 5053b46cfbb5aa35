using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.WhatsAppCloud;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing.Deliveries;
using Npgsql;
using Xunit;

namespace NotificationService.Testing;

/// <summary>
/// A migrated database of one test class: <c>IClassFixture&lt;TestDatabase&gt;</c> beside the assembly's <see cref="PostgresCluster"/>.
/// Every change of a delivery's status by the service is held against the state machine, and the class fails at its end if one was not legal.
/// </summary>
public sealed class TestDatabase(PostgresCluster cluster) : IAsyncLifetime
{
    private Database? database;
    private NpgsqlDataSource? superuser;

    public PostgresCluster Cluster => cluster;

    public string ConnectionString { get; private set; } = "";

    public Database Database => database ?? throw new InvalidOperationException("not initialized");

    public TenantStore Store => new(Database);

    /// <summary>For what a test arranges or looks at, past row level security.</summary>
    public NpgsqlDataSource Superuser => superuser ?? throw new InvalidOperationException("not initialized");

    public Ids Ids { get; } = new(TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await cluster.CreateDatabaseAsync();
        database = new Database(new StorageOptions { ConnectionString = ConnectionString });
        superuser = NpgsqlDataSource.Create(SuperuserConnectionString);
        await TransitionsTrigger.InstallAsync(superuser);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Superuser.DisposeAsync();
        // A connection of its own: the pool's may have been cut by a test.
        await using var own = NpgsqlDataSource.Create(SuperuserConnectionString + ";Pooling=false");
        if (await TransitionsTrigger.ViolationsAsync(own) is { Count: > 0 } violations)
            throw new InvalidOperationException(string.Join("\n\n", violations));
    }

    private string SuperuserConnectionString => cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(ConnectionString).Database!);

    /// <summary>The door for what providers report, without anybody who applies it.</summary>
    public ReceiptIntake NewReceiptIntake() => new(Database, Ids, new ReceiptMetrics(), new WakeUp(Database, TimeProvider.System, WakeUp.Receipts), TimeProvider.System);

    /// <summary>What applies reports, by hand.</summary>
    public ReceiptStore NewReceiptStore() => new(Database, Ids, new ProviderTypes([new WhatsAppCloudType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System)]));

    /// <summary>A tenant with a key of its own.</summary>
    public async Task<TenantId> NewTenantAsync()
    {
        var tenant = new TenantId(Ids.Next());
        await ExecuteAsync($"insert into tenants (tenant_id, key, name) values ('{tenant}', 't-{tenant}', 'Test')");
        return tenant;
    }

    /// <summary>As the superuser, past row level security: for what a test arranges or looks at. States by their names: <c>{status.queued}</c>.</summary>
    public async Task<int> ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Superuser.CreateCommand(SqlNames.Replace(sql));
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>As the superuser: the first column of every row.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Superuser.CreateCommand(SqlNames.Replace(sql));
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(await reader.GetFieldValueAsync<T>(0));
        return rows;
    }

    /// <summary>As the superuser: the one value the statement answers.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params NpgsqlParameter[] parameters) => (await QueryAsync<T>(sql, parameters))[0];
}
