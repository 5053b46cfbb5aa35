using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.BulkJobs;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>Lists of batches and of jobs.</summary>
[Collection(BatchesCollection.Name)]
public sealed class ListedBatchesTests(SignInService service)
{
    [Fact]
    public async Task Batches_are_listed_newest_first_by_status_and_time_and_jobs_are_not_among_them()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var (open, cancelled, completed) = (await tenant.OpenAsync(), await tenant.OpenAsync(), await tenant.OpenAsync(BatchTenant.Items(0, 1)));
        using (var response = await tenant.PostAsync($"batches/{cancelled}/cancel", "{}"))
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var response = await tenant.PostAsync($"batches/{completed}/complete", "{}"))
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await tenant.UntilAsync(completed, found => found.TryGetProperty("endedAt", out _));

        var all = await tenant.GetAsync("batches");
        Ids(all, "id").ShouldBe([completed, cancelled, open]);
        var pagination = all.GetProperty("pagination");
        (pagination.GetProperty("total").GetInt32(), pagination.GetProperty("hasNext").GetBoolean()).ShouldBe((3, false));
        all.GetProperty("items")[0].GetProperty("deliveries").GetProperty("total").GetInt64().ShouldBe(1);

        Ids(await tenant.GetAsync("batches?status=open"), "id").ShouldBe([open]);
        Ids(await tenant.GetAsync("batches?status=cancelled"), "id").ShouldBe([cancelled]);
        Ids(await tenant.GetAsync("batches?status=completed"), "id").ShouldBe([completed]);
        Ids(await tenant.GetAsync("batches?status=processing"), "id").ShouldBeEmpty();
        Ids(await tenant.GetAsync("batches?since=2099-01-01T00:00:00Z"), "id").ShouldBeEmpty();
        Ids(await tenant.GetAsync("batches?since=2020-01-01T00:00:00Z"), "id").ShouldBe([completed, cancelled, open]);
    }

    [Fact]
    public async Task A_cursor_walks_through_all_of_them_and_is_of_use_for_its_filter_alone()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var opened = new List<Guid>();
        for (var i = 0; i < 5; i++)
            opened.Insert(0, await tenant.OpenAsync());

        var (walked, cursor) = (new List<Guid>(), "");
        do
        {
            var page = await tenant.GetAsync($"batches?limit=2&cursor={cursor}");
            walked.AddRange(Ids(page, "id"));
            page.TryGetProperty("pagination", out _).ShouldBeFalse();
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString()! : "";
        }
        while (cursor.Length > 0 && walked.Count < 20);
        walked.ShouldBe(opened);

        Ids(await tenant.GetAsync("batches?limit=2&page=3"), "id").ShouldBe(opened[4..]);
        var first = (await tenant.GetAsync("batches?limit=2")).GetProperty("nextCursor").GetString();
        using (var other = await tenant.AskAsync($"batches?status=open&cursor={first}"))
            other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using (var wrong = await tenant.AskAsync("batches?status=lost"))
            wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_by_status_and_nobody_elses_are_among_them()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var first = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\n");
        var second = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-2\n", ("dryRun", "true"));
        await tenant.UntilAsync(first, "completed");
        await tenant.UntilAsync(second, "checked");

        var all = await tenant.GetAsync("bulk");

        Ids(all, "jobId").ShouldBe([second, first]);
        all.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(2);
        Ids(await tenant.GetAsync("bulk?status=checked"), "jobId").ShouldBe([second]);
        Ids(await tenant.GetAsync("bulk?status=completed&since=2020-01-01T00:00:00Z"), "jobId").ShouldBe([first]);
        Ids(await tenant.GetAsync("bulk?status=failed"), "jobId").ShouldBeEmpty();
        Ids(await tenant.GetAsync("batches"), "id").ShouldBeEmpty();
        Ids(await (await BulkTenant.CreateAsync(service)).GetAsync("bulk"), "jobId").ShouldBeEmpty();
    }

    private static Guid[] Ids(JsonElement page, string name) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty(name).GetGuid())];
}
