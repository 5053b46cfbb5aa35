using System.Diagnostics;
using NotificationService.Benchmarks.QueueShape;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;
using Shape = NotificationService.Benchmarks.QueueShape.QueueShape;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>What PostgreSQL spends on a delivery from accept to sent, in either shape. The ground of docs/decisions/0010-one-deliveries-table.md.</summary>
internal static class QueueShapes
{
    private const int Workers = 2;
    private const int AcceptTogether = 500;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 200_000);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            foreach (var shape in (Shape[])[Shape.OneTable, Shape.QueueRow])
                await MeasureAsync(rig, shape, count, figures);
        }

        return figures.Done();
    }

    private static async Task MeasureAsync(Rig rig, Shape shape, int count, Figures figures)
    {
        var connection = await rig.Cluster.CreateDatabaseAsync();
        await using var superuser = NpgsqlDataSource.Create(rig.Cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connection).Database!));
        await using var database = new Database(new StorageOptions { ConnectionString = connection });
        if (shape.Schema is { } schema)
            await ExecuteAsync(database.Owner, schema);
        var tenant = new TenantId(Guid.CreateVersion7());

        await ExecuteAsync(superuser, "checkpoint");
        await Rig.QuietAsync();
        var (wal, cpu) = (await WalAsync(superuser), rig.PostgresCpu());
        await AcceptAsync(database, shape, tenant, count);
        figures.Add($"{shape.Name}: accept, WAL", "bytes", (await WalAsync(superuser) - wal) / (double)count);
        figures.Add($"{shape.Name}: accept, PostgreSQL CPU", "µs", (rig.PostgresCpu() - cpu) * 1e6 / count);

        await ExecuteAsync(superuser, "vacuum analyze");
        await ExecuteAsync(superuser, "checkpoint");
        await Rig.QuietAsync();
        (wal, cpu) = (await WalAsync(superuser), rig.PostgresCpu());
        var clock = Stopwatch.StartNew();
        var ended = (await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => new QueueWorker(database, shape, tenant).DrainAsync()))).Sum();
        if (ended != count || await ScalarAsync(superuser, shape.Count) != count)
            throw new InvalidOperationException($"{shape.Name}: {ended} of {count} were ended");
        figures.Add($"{shape.Name}: claim to sent", "/s", count / clock.Elapsed.TotalSeconds);
        figures.Add($"{shape.Name}: claim to sent, WAL", "bytes", (await WalAsync(superuser) - wal) / (double)count);
        figures.Add($"{shape.Name}: claim to sent, PostgreSQL CPU", "µs", (rig.PostgresCpu() - cpu) * 1e6 / count);
        await Task.Delay(1500); // the counters of a session come late

        foreach (var table in shape.Schema is null ? (string[])["deliveries"] : ["deliveries", "queue"])
        {
            figures.Add($"{shape.Name}: updates of {table}", "per delivery", await ScalarAsync(superuser, $"select n_tup_upd * 1000 from pg_stat_user_tables where relname = '{table}'") / 1000.0 / count);
            figures.Add($"{shape.Name}: HOT updates of {table}", "per delivery", await ScalarAsync(superuser, $"select n_tup_hot_upd * 1000 from pg_stat_user_tables where relname = '{table}'") / 1000.0 / count);
            figures.Add($"{shape.Name}: dead rows left in {table}", "", await ScalarAsync(superuser, $"select n_dead_tup from pg_stat_user_tables where relname = '{table}'"));
            figures.Add($"{shape.Name}: size of {table} with indexes", "MB", await ScalarAsync(superuser, $"select pg_total_relation_size('{table}')") / 1e6);
        }
    }

    private static async Task AcceptAsync(Database database, Shape shape, TenantId tenant, int count)
    {
        for (var at = 0; at < count; at += AcceptTogether)
        {
            await using var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None);
            batch.Add(
                tenant, shape.Accept,
                new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<int> { TypedValue = at },
                new NpgsqlParameter<int> { TypedValue = Math.Min(AcceptTogether, count - at) });
            await batch.CommitAsync(null, CancellationToken.None);
        }
    }

    private static Task<long> WalAsync(NpgsqlDataSource source) => ScalarAsync(source, "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }
}
