using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A checked file that is sent without being uploaded again, and how fast files and batches go.</summary>
[Collection(UploadsCollection.Name)]
public sealed class BulkStartTests(SignInService service)
{
    [Fact]
    public async Task A_checked_job_is_started_without_a_second_upload_and_sends_the_rows_that_were_good()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,Bob,A-2\ncleo@example.com,Cleo,A-3\n", ("dryRun", "true"));
        await tenant.UntilAsync(job, "checked");

        using (var started = await tenant.CommandAsync(job, "start", "start-once"))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.OK, await started.Content.ReadAsStringAsync());
            var now = await SignInService.ReadAsync(started);
            (now.GetProperty("status").GetString(), now.GetProperty("dryRun").GetBoolean()).ShouldBe(("running", false));
        }

        var done = await tenant.UntilAsync(job, found => found.GetProperty("status").GetString() == "completed");
        var rows = done.GetProperty("rows");
        (rows.GetProperty("total").GetInt32(), rows.GetProperty("done").GetInt32(), rows.GetProperty("queued").GetInt32(), rows.GetProperty("bad").GetInt32()).ShouldBe((3, 3, 2, 1));
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}'")).ShouldBe(2);
        await tenant.UntilAsync(job, found => found.GetProperty("deliveries").GetProperty("pending").GetInt64() == 0);

        using (var replayed = await tenant.CommandAsync(job, "start", "start-once"))
            replayed.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var again = await tenant.CommandAsync(job, "start"))
            again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}'")).ShouldBe(2);
    }

    [Fact]
    public async Task Of_all_or_nothing_a_checked_job_with_a_bad_row_is_not_started()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,Bob,A-2\n", ("dryRun", "true"), ("mode", "all_or_nothing"));
        await tenant.UntilAsync(job, "checked");

        using var refused = await tenant.CommandAsync(job, "start");

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("all or nothing");
        (await tenant.GetAsync($"bulk/{job}")).GetProperty("status").GetString().ShouldBe("checked");
    }

    [Fact]
    public async Task A_job_that_was_not_checked_or_is_nobodys_is_not_started()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\n");
        await tenant.UntilAsync(job, "completed");

        using (var refused = await tenant.CommandAsync(job, "start"))
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using (var unknown = await tenant.CommandAsync(Guid.CreateVersion7(), "start"))
            unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_rate_of_a_job_counts_every_row_from_the_first_second_and_its_events_say_the_same()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var file = new StringBuilder("email,name,orderId\n");
        for (var i = 0; i < 2_500; i++)
            file.Append($"{(i % 2 == 0 ? "nobody" : $"p{i}@example.com")},P,A-{i}\n");

        // Good rows wait until tomorrow: what is done are the bad ones.
        var job = await tenant.JobAsync(file.ToString(), ("sendAt", TimeProvider.System.GetUtcNow().AddDays(1).ToString("O")));
        var going = await tenant.UntilAsync(job, found => found.GetProperty("rows").GetProperty("bad").GetInt32() > 0);

        // Good rows that are queued are done when their deliveries have ended, which is tomorrow.
        ShouldBeAheadBy(going, RowsLeft(going));
        await tenant.UntilAsync(job, "completed");
        var published = await service.Database.QueryAsync<string>($"select facts::text from events where subject = '{job}' and type like 'bulk_job.%' order by occurred_at");
        published.ShouldNotBeEmpty();
        var last = JsonElement.Parse(published[^1]);
        (last.GetProperty("rows_total").GetInt32() - last.GetProperty("rows_done").GetInt32() + last.GetProperty("rows_queued").GetInt32()).ShouldBe(1_250);
        ShouldBeAheadBy(last.GetProperty("rate_per_second").GetDouble(), last.GetProperty("eta_seconds").GetDouble(), 1_250);

        using (var paused = await tenant.CommandAsync(job, "pause"))
            (await SignInService.ReadAsync(paused)).TryGetProperty("ratePerSecond", out _).ShouldBeFalse("nothing goes on while it is paused");
    }

    [Fact]
    public async Task The_rate_of_a_batch_is_there_as_soon_as_something_of_it_has_ended()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync(BatchTenant.Items(0, 50) + "," + BatchTenant.Item(50, $",\"sendAt\":\"{TimeProvider.System.GetUtcNow().AddDays(1):O}\""));

        var going = await tenant.UntilAsync(batch, found => found.GetProperty("deliveries").GetProperty("pending").GetInt64() == 1);

        ShouldBeAheadBy(going, 1);
    }

    private static int RowsLeft(JsonElement job)
    {
        var rows = job.GetProperty("rows");
        return rows.GetProperty("total").GetInt32() - rows.GetProperty("done").GetInt32() + rows.GetProperty("queued").GetInt32();
    }

    /// <summary>What is left at the rate, which is shown with one decimal, in whole seconds.</summary>
    private static void ShouldBeAheadBy(JsonElement found, int left) => ShouldBeAheadBy(found.GetProperty("ratePerSecond").GetDouble(), found.GetProperty("etaSeconds").GetDouble(), left);

    private static void ShouldBeAheadBy(double rate, double eta, int left)
    {
        rate.ShouldBeGreaterThan(0.05);
        eta.ShouldBeInRange((left / (rate + 0.05)) - 1, (left / (rate - 0.05)) + 1);
    }
}
