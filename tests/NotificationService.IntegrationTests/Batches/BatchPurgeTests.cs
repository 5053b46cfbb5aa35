using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Batches;

/// <summary>What is of no use any more goes in batches, whatever its size.</summary>
public sealed class BatchPurgeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Batches_of_which_nothing_happened_for_as_long_as_notifications_are_kept_go_in_batches_with_all_that_belongs_to_them()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        var (old, recent, pending, open, touched) = (await BatchAsync(tenant, 100, ended: 95), await BatchAsync(tenant, 100, ended: 10), await BatchAsync(tenant, 100, ended: null, state: 2),
            await BatchAsync(tenant, 100, ended: null), await BatchAsync(tenant, 100, ended: null, sampled: 1));
        var later = await BatchAsync(tenant, 100, ended: 95);
        await database.ExecuteAsync($"insert into deliveries (tenant_id, id, channel, priority, status, due_at, batch_id) values ('{tenant}', '{database.Ids.Next()}', 1, 2, 10, now(), '{later}')");

        var runs = 0;
        while (await PurgeAsync(batchSize: 10) >= 10)
            runs++;

        runs.ShouldBeGreaterThan(2, "25 chunks of each of two batches are more than two batches");
        (await database.QueryAsync<Guid>("select id from batches order by id")).ShouldBe(new[] { recent, pending, touched, later }.Order());
        foreach (var table in (string[])["batch_chunks", "batch_counts", "batch_changes"])
            (await database.ScalarAsync<long>($"select count(*) from {table} where batch_id in ('{old}', '{open}')")).ShouldBe(0, table);
        (await database.ScalarAsync<long>("select count(distinct batch_id) from batch_chunks")).ShouldBe(4);
        await database.ExecuteAsync("truncate batches, batch_chunks, batch_counts, batch_changes, deliveries");
    }

    [Fact]
    public async Task Old_jobs_go_with_their_rows_and_a_paused_one_stays()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        var (done, paused) = (await BatchAsync(tenant, 100, ended: 95), await BatchAsync(tenant, 100, ended: 95));
        await JobAsync(tenant, done, state: 5, ranges: 3);
        await JobAsync(tenant, paused, state: 4, ranges: 3);

        while (await PurgeAsync(batchSize: 200) >= 200)
        {
            // A row range counts for a hundred.
        }

        (await database.QueryAsync<Guid>("select id from bulk_jobs")).ShouldBe([paused]);
        (await database.QueryAsync<Guid>("select distinct job_id from bulk_row_ranges")).ShouldBe([paused]);
        (await database.QueryAsync<Guid>("select distinct job_id from bulk_errors")).ShouldBe([paused]);
        await database.ExecuteAsync("truncate batches, batch_chunks, batch_counts, batch_changes, bulk_jobs, bulk_row_ranges, bulk_errors");
    }

    [Fact]
    public async Task A_batch_whose_job_somebody_holds_is_left_to_them_and_nobody_waits()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        var (held, free) = (await BatchAsync(tenant, 101, ended: 95), await BatchAsync(tenant, 100, ended: 95));
        await JobAsync(tenant, held, state: 5, ranges: 1);
        await JobAsync(tenant, free, state: 5, ranges: 1);
        await using (var holder = await database.Superuser.OpenConnectionAsync())
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            await using (var hold = new NpgsqlCommand($"select from bulk_jobs where id = '{held}' for update", holder))
                await hold.ExecuteNonQueryAsync();

            while (await PurgeAsync(batchSize: 1_000) >= 1_000)
            {
                // A row range counts for a hundred.
            }
        }

        (await database.QueryAsync<Guid>("select id from batches")).ShouldBe([held]);
        (await database.QueryAsync<Guid>("select id from bulk_jobs")).ShouldBe([held]);
        await database.ExecuteAsync("truncate batches, batch_chunks, batch_counts, batch_changes, bulk_jobs, bulk_row_ranges, bulk_errors");
    }

    [Fact]
    public async Task Rows_of_a_refused_upload_go_at_once_and_those_of_a_job_after_thirty_days_a_few_row_ranges_at_a_time()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        var (refused, old, young) = (database.Ids.Next(), database.Ids.Next(), database.Ids.Next());
        await JobAsync(tenant, refused, state: 6, ranges: 5, ended: 0, reason: "upload_refused");
        await JobAsync(tenant, old, state: 5, ranges: 5, ended: 31);
        await JobAsync(tenant, young, state: 5, ranges: 5, ended: 29);

        var passes = new List<int>();
        do
            passes.Add(await ClearAsync(4));
        while (passes[^1] == 4);

        passes.ShouldBe([4, 4, 2]);
        (await database.QueryAsync<Guid>("select distinct job_id from bulk_row_ranges")).ShouldBe([young]);
        (await database.QueryAsync<Guid>("select distinct job_id from bulk_errors")).ShouldBe([young]);
        (await database.QueryAsync<Guid>("select id from bulk_jobs where rows_gone order by id")).ShouldBe(new[] { refused, old }.Order());
        (await ClearAsync(4)).ShouldBe(0);
        await database.ExecuteAsync("truncate bulk_jobs, bulk_row_ranges, bulk_errors");
    }

    [Fact]
    public async Task Corrected_rows_that_are_being_uploaded_to_an_old_job_are_left_alone_and_those_of_an_upload_that_ended_go()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        var job = await BatchAsync(tenant, 100, ended: 95);
        await JobAsync(tenant, job, state: 5, ranges: 2, ended: 95);
        await database.ExecuteAsync(
            $"""
            update bulk_jobs set upload = '{tenant}', touched_at = now() where id = '{job}';
            insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) values ('{tenant}', '{job}', 2, '{job}', 0, array[7], '[]')
            """);

        (await ClearAsync(20)).ShouldBe(0);
        await PurgeAsync(batchSize: 1_000);
        (await database.ScalarAsync<long>($"select count(*) from bulk_row_ranges where job_id = '{job}'")).ShouldBe(3);
        (await database.ScalarAsync<Guid>($"select upload from bulk_jobs where id = '{job}'")).ShouldBe(tenant);

        await database.ExecuteAsync($"update bulk_jobs set touched_at = now() - interval '3 minutes' where id = '{job}'");
        (await ClearAsync(1)).ShouldBe(1);
        (await database.ScalarAsync<long>($"select count(*) from bulk_jobs where id = '{job}' and upload is null")).ShouldBe(1, "what still comes of that upload is refused");
        while (await ClearAsync(1) == 1)
        {
            // To the end.
        }

        (await database.ScalarAsync<long>($"select count(*) from bulk_row_ranges where job_id = '{job}'")).ShouldBe(0);
        await database.ExecuteAsync("truncate batches, batch_chunks, batch_counts, batch_changes, bulk_jobs, bulk_row_ranges, bulk_errors");
    }

    private async Task<int> PurgeAsync(int batchSize)
    {
        await using var command = database.Database.Worker.CreateCommand($"select notification_meta.purge_batches(now() - interval '90 days', {batchSize})");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private async Task<int> ClearAsync(int batchSize)
    {
        await using var command = database.Database.Worker.CreateCommand($"select notification_meta.clear_bulk_rows({batchSize})");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Days ago. With 25 chunks.</summary>
    private async Task<Guid> BatchAsync(Guid tenant, int created, int? ended, int? sampled = null, int state = 1)
    {
        var id = database.Ids.Next();
        await database.ExecuteAsync(
            $"""
            insert into batches (tenant_id, id, live, state, created_at, closed_at, ended_at, sampled_at)
            values ('{tenant}', '{id}', true, {(ended is null ? state : 2)}, now() - interval '{created} days', {(ended is null && state == 1 ? "null" : $"now() - interval '{created} days'")}, {Ago(ended)}, {Ago(sampled)});
            insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, response)
            select '{tenant}', '{id}', n, '', '{id}', 1, 1, 0, 0, '[]' from generate_series(1, 25) n;
            insert into batch_counts (tenant_id, batch_id, status, n) values ('{tenant}', '{id}', -1, 25);
            insert into batch_changes (tenant_id, batch_id, status, delta) values ('{tenant}', '{id}', -2, 25)
            """);
        return id;
    }

    private Task<int> JobAsync(Guid tenant, Guid id, int state, int ranges, int? ended = 95, string? reason = null) => database.ExecuteAsync(
        $"""
        insert into bulk_jobs (tenant_id, id, account_id, live, state, reason, mode, dry_run, settings, columns, map, delimiter, encoding, row_ranges, created_at, ended_at)
        values ('{tenant}', '{id}', '{tenant}', true, {state}, {(reason is null ? "null" : $"'{reason}'")}, 1, false, '[]', '[]', '[]', ',', 'utf-8', {ranges}, now() - interval '100 days', {Ago(ended)});
        insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) select '{tenant}', '{id}', n, '{id}', 0, array[n], '[]' from generate_series(0, {ranges - 1}) n;
        insert into bulk_errors (tenant_id, job_id, line, number, index, code, message) select '{tenant}', '{id}', n, n, 0, 'x', 'x' from generate_series(0, {ranges - 1}) n
        """);

    private static string Ago(int? days) => days is null ? "null" : $"now() - interval '{days} days'";
}
