using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.IntegrationTests.BulkJobs;

/// <summary>What row ranges come to when several workers have them.</summary>
public sealed class RowRangeDoneTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_dry_run_keeps_ten_samples_however_many_workers_bring_ten_each()
    {
        var (tenant, job) = await JobAsync();

        for (var range = 0; range < 2; range++)
            await DoneAsync(tenant, job, range, $"[{string.Join(',', Enumerable.Range(0, 10).Select(i => 10 * range + i))}]");

        (await database.ScalarAsync<string>($"select samples::text from bulk_jobs where id = '{job}'")).ShouldBe("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
        (await database.ScalarAsync<int>($"select rows_done from bulk_jobs where id = '{job}'")).ShouldBe(2);
    }

    [Fact]
    public async Task The_samples_are_those_of_the_first_lines_whichever_row_range_ends_first()
    {
        var (tenant, job) = await JobAsync();

        foreach (var range in (int[])[1, 0])
            await DoneAsync(tenant, job, range, $"[{string.Join(',', Enumerable.Range(0, 7).Select(i => $"{{\"line\":{(7 * range) + i}}}"))}]");

        (await database.QueryAsync<string>($"select e.sample->>'line' from bulk_jobs, json_array_elements(samples) with ordinality as e(sample, place) where id = '{job}' order by e.place"))
            .ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }

    [Fact]
    public async Task What_a_row_range_costs_at_its_end_does_not_grow_with_the_bad_rows_of_others()
    {
        var (tenant, job) = await JobAsync();
        await AddErrorsAsync(tenant, job, first: 1_000, count: 10);
        var (few, fewCorrected) = (await PagesAsync(tenant, job, []), await PagesAsync(tenant, job, [1_000, 1_001, 1_002]));
        await AddErrorsAsync(tenant, job, first: 2_000, count: 20_000);

        // A new connection reads a thousand pages of catalogs.
        (await PagesAsync(tenant, job, [])).ShouldBeLessThan(few + 2_000);
        (await PagesAsync(tenant, job, [1_000, 1_001, 1_002])).ShouldBeLessThan(fewCorrected + 2_000);
    }

    [Fact]
    public async Task Rows_that_came_again_settle_what_was_wrong_with_their_lines_and_nothing_else()
    {
        var (tenant, job) = await JobAsync();
        await AddErrorsAsync(tenant, job, first: 5, count: 4);
        await database.ExecuteAsync($"update bulk_jobs set rows_bad = 4 where id = '{job}'");

        await DoneAsync(tenant, job, 1, null, 6, 7, 60);

        (await database.QueryAsync<int>($"select line from bulk_errors where job_id = '{job}' and corrected_by = 1 order by line")).ShouldBe([6, 7]);
        (await database.ScalarAsync<int>($"select rows_bad from bulk_jobs where id = '{job}'")).ShouldBe(2);
    }

    private Task<int> AddErrorsAsync(TenantId tenant, Guid job, int first, int count) => database.ExecuteAsync(
        $"""
        insert into bulk_errors (tenant_id, job_id, line, number, index, code, message)
        select '{tenant}', '{job}', n, 0, n, 'email_invalid', 'is no address' from generate_series({first}, {first + count - 1}) n
        """);

    /// <summary>How many pages the end of the second row range reads, without anything being changed by it.</summary>
    private async Task<long> PagesAsync(TenantId tenant, Guid job, int[] lines)
    {
        await using var connection = await database.Database.App.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(tenant) } })
            await scope.ExecuteNonQueryAsync();
        await using var command = Done(tenant, job, 1, null, lines).On(connection);
        var pages = await PagesRead.ByAsync(command);
        await transaction.RollbackAsync();
        return pages;
    }

    private async Task<(TenantId Tenant, Guid Job)> JobAsync()
    {
        var (tenant, job) = (await database.NewTenantAsync(), database.Ids.Next());
        await database.ExecuteAsync(
            $$"""
            insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, row_ranges, created_at)
            values ('{{tenant}}', '{{job}}', '{{job}}', true, 2, 1, true, '{}', '[]', '[]', ',', 'utf-8', 2, now());
            insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) select '{{tenant}}', '{{job}}', n, '{{job}}', 0, array[n], '[]' from generate_series(0, 1) n
            """);
        return (tenant, job);
    }

    private Task DoneAsync(TenantId tenant, Guid job, int range, string samples) => DoneAsync(tenant, job, range, samples, range);

    private async Task DoneAsync(TenantId tenant, Guid job, int range, string? samples, params int[] lines)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Database.App, CancellationToken.None);
        batch.Add(tenant, Done(tenant, job, range, samples, lines));
        await batch.CommitAsync(null, CancellationToken.None);
    }

    private static BoundStatement Done(TenantId tenant, Guid job, int range, string? samples, int[] lines) => Statement.Load("bulk_row_ranges_done").With(
        Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("number", range), Parameter.Of("state", (short)2), Parameter.Of("queued", 0), Parameter.Of("repeated", 0),
        Parameter.Of("segments", 0L), Parameter.OrNull("samples", samples),
        Parameter.Of<int[]>("error_lines", []), Parameter.Of<int[]>("error_indexes", []), Parameter.Of<string?[]>("error_columns", []), Parameter.Of<string[]>("error_codes", []),
        Parameter.Of<string[]>("error_messages", []), Parameter.Of("lines", lines), Parameter.Of("first_id", job), Parameter.Of("max_samples", 10));
}
