using System.Globalization;
using System.Text.RegularExpressions;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Batches;

/// <summary>What a page of the lists of batches and of jobs touches, on tables that were never analyzed and on the connections that lists use.</summary>
public sealed partial class BatchListPlanTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Each = 4_000;

    /// <summary>Of a page of fifty with their counts and paces, most of it a few blocks for each of them.</summary>
    private const int MaxBlocks = 3_000;

    private TenantId tenant;

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("alter table batches set (autovacuum_enabled = false); alter table bulk_jobs set (autovacuum_enabled = false)");
        tenant = await database.NewTenantAsync();
        foreach (var whose in (TenantId[])[tenant, await database.NewTenantAsync(), await database.NewTenantAsync()])
        {
            var id = $"(lpad(to_hex(i), 12, '0') || '7000' || '8' || substr(md5('{whose}' || i), 1, 15))::uuid";
            await database.ExecuteAsync(
                $"""
                set session_replication_role = replica;
                insert into batches (tenant_id, id, live, created_at, state, closed_at, ended_at)
                select '{whose}', {id}, i % 100 > 0, now(), 1 + i % 3, now(), case when i % 4 = 0 then now() end from generate_series(1, {Each}) i;
                insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at)
                select '{whose}', {id}, '{whose}', i % 100 > 0, 1 + i % 8, 1, false, json_build_object(), '[]', '[]', ',', 'utf-8', now() from generate_series(1, {Each}) i;
                reset session_replication_role
                """);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("batches_list", "null", "{t,f}", "0, 51")]
    [InlineData("batches_list", "null", "{f}", "0, 51")]
    [InlineData("batches_list", "4", "{t}", "0, 51")]
    [InlineData("batches_list", "2", "{f}", "0, 51")]
    [InlineData("batches_count", "null", "{t,f}", "10001")]
    [InlineData("batches_count", "3", "{t,f}", "10001")]
    [InlineData("bulk_jobs_list", "null", "{t,f}", "0, 51")]
    [InlineData("bulk_jobs_list", "8", "{f}", "0, 51")]
    [InlineData("bulk_jobs_count", "null", "{t,f}", "10001")]
    [InlineData("bulk_jobs_count", "5", "{t,f}", "10001")]
    public async Task A_page_walks_one_index_and_no_further_than_it_goes(string statement, string status, string modes, string more)
    {
        await using var connection = await database.Database.Lists.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, $"select set_config('app.tenant', '{tenant}', true)");
        var types = "uuid, boolean[], smallint, uuid, uuid" + string.Concat(Enumerable.Repeat(", int", more.Split(',').Length));
        await RunAsync(connection, $"prepare page({types}) as {NumberedStatement.Of(Statement.Load(statement), ["tenant", "modes", "status", "from_id", "before_id", .. more.Split(',').Length == 1 ? (string[])["max"] : ["offset", "take"]])}");

        var plan = await RunAsync(connection, $"explain (analyze, buffers, timing off) execute page('{tenant}', '{modes}', {status}, '{Guid.Empty}', '{Guid.AllBitsSet}', {more})");

        await RunAsync(connection, "deallocate page");
        plan.ShouldNotContain("Seq Scan on batches");
        plan.ShouldNotContain("Seq Scan on bulk_jobs");
        // The first line that has any is the whole plan's.
        Blocks().Match(plan).Groups["n"].Captures.Sum(blocks => int.Parse(blocks.Value, CultureInfo.InvariantCulture)).ShouldBeLessThan(MaxBlocks, plan);
    }

    private static async Task<string> RunAsync(NpgsqlConnection connection, string sql)
    {
        var lines = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            lines.Add(reader.GetValue(0).ToString() ?? "");
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"Buffers: shared (?:(?:hit|read|dirtied|written)=(?<n>\d+) ?)+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
