using System.Text.Json;
using NotificationService.BulkJobs;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.BulkJobs;

/// <summary>How fast a job goes and how long it takes is one figure, wherever it is read.</summary>
public sealed class BulkJobRateTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Measured over twelve days, so that neither figure changes while the test runs, however slowly: 50 rows a second, and 100 seconds more.</summary>
    [Fact]
    public async Task An_event_of_a_job_says_the_rate_and_the_time_left_that_the_job_and_the_list_say()
    {
        var (tenant, job) = (await database.NewTenantAsync(), database.Ids.Next());
        await database.ExecuteAsync(
            $$"""
            insert into batches (tenant_id, id, live, created_at, pace_at, pace_done) values ('{{tenant}}', '{{job}}', true, now(), now() - interval '1000000 s', 0);
            insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, row_ranges, rows_total, rows_done, rows_bad, created_at)
            values ('{{tenant}}', '{{job}}', '{{job}}', true, 3, 1, false, '{}', '[]', '[]', ',', 'utf-8', 1, 50005000, 49999000, 49999000, now());
            update bulk_jobs set rows_done = 50000000, rows_bad = 50000000 where tenant_id = '{{tenant}}' and id = '{{job}}'
            """);

        var published = JsonElement.Parse((await database.QueryAsync<string>($"select facts::text from events where subject = '{job}' and type = 'bulk_job.progress'")).ShouldHaveSingleItem());
        var found = (await new BulkJobStore(database.Database, new IdempotentWork(database.Database, new IdempotencyKeys(database.Database)), database.Ids, TimeProvider.System).FindAsync(tenant, job, CancellationToken.None)).ShouldNotBeNull();
        var listed = (await new BulkJobList(database.Database).ListAsync(tenant, new BulkJobFilter(null, null, null), PageRequest.ByNumber(1, 10), CancellationToken.None)).Items.ShouldHaveSingleItem();

        (published.GetProperty("rate_per_second").GetDouble(), published.GetProperty("eta_seconds").GetDouble()).ShouldBe((50, 100));
        (found.RatePerSecond, found.EtaSeconds).ShouldBe((50, 100));
        (listed.RatePerSecond, listed.EtaSeconds).ShouldBe((50, 100));
    }
}
