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

    private async Task DoneAsync(TenantId tenant, Guid job, int range, string samples)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Database.App, CancellationToken.None);
        batch.Add(
            tenant,
            Statement.Load("bulk_row_ranges_done").With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("number", range), Parameter.Of("state", (short)2), Parameter.Of("queued", 0), Parameter.Of("repeated", 0),
                Parameter.Of("segments", 0L), Parameter.OrNull("samples", samples),
                Parameter.Of<int[]>("error_lines", []), Parameter.Of<int[]>("error_indexes", []), Parameter.Of<string?[]>("error_columns", []), Parameter.Of<string[]>("error_codes", []),
                Parameter.Of<string[]>("error_messages", []), Parameter.Of<int[]>("lines", [range]), Parameter.Of("first_id", job), Parameter.Of("max_samples", 10)));
        await batch.CommitAsync(null, CancellationToken.None);
    }
}
