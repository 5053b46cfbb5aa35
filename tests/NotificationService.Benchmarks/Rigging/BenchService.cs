using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Machine;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>
/// The service on a database of its own, in Release and Production, with one tenant that sends by SendGrid to the fake
/// provider. The worker is warm and can be paused, so that a queue can be filled and drained from the first moment on.
/// </summary>
internal sealed class BenchService : IAsyncDisposable
{
    /// <summary>Of the tenant that every scenario has.</summary>
    public const string TenantKey = "bench";

    private readonly Rig rig;
    private readonly NpgsqlDataSource superuser;
    private readonly ServiceProcess worker;

    private BenchService(Rig rig, NpgsqlDataSource superuser, ServiceProcess api, ServiceProcess worker, BenchTenant tenant) =>
        (this.rig, this.superuser, Api, this.worker, Tenant) = (rig, superuser, api, worker, tenant);

    public ServiceProcess Api { get; }

    public BenchTenant Tenant { get; }

    /// <param name="rig">What it stands on.</param>
    /// <param name="apart">Two processes, one of each role; otherwise one with both.</param>
    /// <param name="workerSettings">What else the worker is given, when it is apart.</param>
    public static Task<BenchService> StartAsync(Rig rig, bool apart = true, params (string Name, string Value)[] workerSettings) =>
        StartAsync(rig, apart, [], workerSettings);

    /// <summary>Two processes, each with the same settings more.</summary>
    public static Task<BenchService> StartBothAsync(Rig rig, params (string Name, string Value)[] settings) => StartAsync(rig, apart: true, settings, settings);

    private static async Task<BenchService> StartAsync(Rig rig, bool apart, (string Name, string Value)[] apiSettings, (string Name, string Value)[] workerSettings)
    {
        var database = await rig.Cluster.CreateDatabaseAsync();
        var api = Launch(rig, database, apart ? "api" : "api,worker", apiSettings);
        await api.WaitUntilReadyAsync();
        // Before the worker, which may be asked to read for it.
        var tenant = await BenchTenant.RegisterAsync(api.Client, TenantKey, rig.Provider.Address);
        var delivering = api;
        if (apart)
        {
            delivering = Launch(rig, database, "worker", workerSettings);
            await delivering.WaitUntilReadyAsync();
        }

        var door = NpgsqlDataSource.Create(rig.Cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(database).Database!));
        if (rig.Options.Profile > 0)
            await StatementProfile.BeginAsync(door);
        return new BenchService(rig, door, api, delivering, tenant);
    }

    public static ServiceProcess Launch(Rig rig, string database, string roles, params (string Name, string Value)[] more) => ServiceProcess.LaunchAssembly(
        rig.HostAssembly,
        [],
        [
            ("ConnectionStrings__NotificationDatabase", database),
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Notification__Roles", roles),
            ("Notification__Seed", "none"),
            ("Notification__MasterKeys", $"bench:{Convert.ToBase64String(new byte[32])}"),
            ("Notification__AllowPrivateEndpoints", "true"),
            ("Notification__RateLimits__SendPerMinute", "100000000"),
            .. more,
            .. rig.Options.ServiceSettings(),
        ]);

    public Task<BenchTenant> NewTenantAsync(string key, Uri? provider = null) => BenchTenant.RegisterAsync(Api.Client, key, provider ?? rig.Provider.Address);

    /// <summary>A tenant whose only provider is the one that reports.</summary>
    public Task<BenchTenant> NewReportedTenantAsync(string key) => BenchTenant.RegisterAsync(Api.Client, key, null);

    public Task<LoadResult> SendAsync(int count, int? connections = null) => ClosedLoop.RunAsync(Api.Address, Tenant.Token, count, connections ?? rig.Options.Connections);

    /// <summary>Compiles what is hot, in the API and in the worker.</summary>
    public async Task WarmAsync(int count = 20_000)
    {
        Resume();
        await SendAsync(count);
        await UntilSentAsync(count);
        await ResetAsync();
    }

    public void Pause() => worker.Pause();

    public void Resume() => worker.Resume();

    /// <summary>Empty tables, as after a vacuum, and a provider that has seen nothing.</summary>
    public async Task ResetAsync()
    {
        await ExecuteAsync("truncate notifications, deliveries, timeline, attempts, idempotency_keys, receipts, engagements, outbox, webhook_messages, webhook_attempts");
        await ExecuteAsync("analyze notifications, deliveries, timeline, attempts");
        await ExecuteAsync("checkpoint");
        await rig.Provider.ResetAsync();
    }

    /// <summary>Queues as many for the tenant as copies of one real notification, without the API.</summary>
    public async Task FillAsync(BenchTenant tenant, int count)
    {
        await ClosedLoop.RunAsync(Api.Address, tenant.Token, 1, 1);
        await ExecuteAsync(BenchTenant.CopyTheLast.Replace("$count", count.ToString()).Replace("$tenant", tenant.Id.ToString()));
        await ExecuteAsync("vacuum analyze notifications, deliveries, timeline");
        await ExecuteAsync("checkpoint");
    }

    /// <summary>
    /// Stores what was sent before, a real one first. The statistics stay as autovacuum finds them: whoever analyses by hand does not see what a
    /// plan costs that was made before.
    /// </summary>
    public async Task StoreAsync(BenchTenant tenant, int count)
    {
        Resume();
        await ClosedLoop.RunAsync(Api.Address, tenant.Token, 1, 1);
        await UntilIdleAsync();
        await ExecuteAsync(BenchTenant.CopyTheLastAsSent.Replace("$count", count.ToString()).Replace("$tenant", tenant.Id.ToString()));
        await ExecuteAsync("checkpoint");
    }

    /// <summary>Queues copies as <see cref="FillAsync"/> does, and leaves the statistics as they are.</summary>
    public async Task QueueAsync(BenchTenant tenant, int count)
    {
        await ClosedLoop.RunAsync(Api.Address, tenant.Token, 1, 1);
        await ExecuteAsync(BenchTenant.CopyTheLast.Replace("$count", count.ToString()).Replace("$tenant", tenant.Id.ToString()));
        await ExecuteAsync("checkpoint");
    }

    /// <summary>Until nothing waits to be sent and nothing is being sent.</summary>
    public Task UntilIdleAsync() => Eventually.TrueAsync(
        async () => await ScalarAsync("select count(*) from (select from deliveries where status in (10, 20) union all select from deliveries where status = 30) open") == 0,
        TimeSpan.FromMinutes(3));

    /// <summary>Nothing is relayed to whoever listens until it is disposed: what happens waits in the outbox, whose shards this holds.</summary>
    public async Task<NpgsqlConnection> HoldOutboxAsync()
    {
        // Not of a pool: what a session holds is given back when it ends.
        var connection = new NpgsqlConnection($"{superuser.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select pg_advisory_lock(520693714, shard) from generate_series(0, 7) shard", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public async Task UntilSentAsync(int count)
    {
        long sent = 0;
        await Eventually.TrueAsync(
            async () => (sent = await ScalarAsync("select count(*) from deliveries where status = 40")) >= count, TimeSpan.FromMinutes(3),
            () => $"only {sent} of {count} were sent:\n{worker.Output}");
    }

    /// <summary>CPU seconds of the service's processes.</summary>
    public double Cpu() => CpuClock.Of(Api.Id) + (ReferenceEquals(worker, Api) ? 0 : CpuClock.Of(worker.Id));

    /// <summary>Whether both processes still run.</summary>
    public bool Lives => !Api.HasExited && !worker.HasExited;

    public string WorkerOutput => worker.Output;

    /// <summary>The most memory that the API and the worker ever had, in MiB.</summary>
    public (double Api, double Worker) PeakMiB() => (CpuClock.PeakMiB(Api.Id), CpuClock.PeakMiB(worker.Id));

    public double ResidentMiB() => CpuClock.ResidentMiB(Api.Id);

    public double WorkerResidentMiB() => CpuClock.ResidentMiB(worker.Id);

    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    public async Task<IReadOnlyList<Guid>> IdsAsync(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    /// <summary>A transaction that sees the database as it is now, until it is disposed.</summary>
    public async Task<NpgsqlConnection> HoldSnapshotAsync()
    {
        var connection = await superuser.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("begin isolation level repeatable read; select 1", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        command.CommandTimeout = 900;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        worker.Resume();
        if (rig.Options.Profile > 0)
            await StatementProfile.PrintAsync(superuser, rig.Options.Profile);
        await worker.DisposeAsync();
        if (!ReferenceEquals(worker, Api))
            await Api.DisposeAsync();
        await superuser.DisposeAsync();
    }
}
