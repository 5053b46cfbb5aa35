using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>What is done once to bulk jobs under an Idempotency-Key.</summary>
[Collection(UploadsCollection.Name)]
public sealed class BulkKeysTests(SignInService service)
{
    private const string People = "email,name,orderId\nann@example.com,Ann,A-1\nbob@example.com,Bob,A-2\n";

    [Fact]
    public async Task A_file_under_a_key_becomes_one_job_however_often_it_comes()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var first = await Kept.OfAsync(tenant.UploadUnderAsync("file", People, ("name", "sale"), ("category", "news")));
        // The order of the fields does not count.
        var again = await Kept.OfAsync(tenant.UploadUnderAsync("file", People, ($"{BulkTenant.AfterFile}category", "news"), ("name", "sale")));

        (first.Status, first.IsReplay).ShouldBe((HttpStatusCode.Accepted, false), first.Body);
        again.ShouldBe(first with { IsReplay = true });
        await Kept.ShouldMismatchAsync(tenant.UploadUnderAsync("file", People + "cleo@example.com,Cleo,A-3\n", ("name", "sale"), ("category", "news")));
        await Kept.ShouldMismatchAsync(tenant.UploadUnderAsync("file", People, ("name", "sale"), ("category", "sales")));
        await Kept.ShouldMismatchAsync(tenant.UploadUnderAsync("file", People, ("name", "sale"), ("category", "news"), ("channel", "email"), ("channels", "in_app")));
        await Kept.ShouldMismatchAsync(tenant.CommandAsync(JobOf(first), "pause", "file"));
        (await JobsAsync(first)).ShouldBe(1, "neither a repeat nor a mismatch is staged");
        var done = await tenant.UntilAsync(JobOf(first), "completed");
        done.GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(2);
        await ShouldHoldAsync();
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_file_that_comes_ten_times_at_once_under_one_key_becomes_one_job(string force)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            // A tenant has two turns at once; whoever has none is asked to come again.
            return await Eventually.ValueAsync(
                () => Kept.OfAsync(tenant.UploadUnderAsync("file", People, ("force", force))), response => response.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable), TimeSpan.FromSeconds(90));
        })));

        responses.ShouldAllBe(response => response.Status == HttpStatusCode.Accepted);
        responses.Count(response => response.IsReplay).ShouldBe(9);
        responses.Select(JobOf).Distinct().Count().ShouldBe(1);
        (await JobsAsync(responses[0], "and state <> {job.failed}")).ShouldBe(1);
        await tenant.UntilAsync(JobOf(responses[0]), "completed");
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications n join bulk_jobs j on j.tenant_id = n.tenant_id where j.id = '{JobOf(responses[0])}'")).ShouldBe(2);
        // What was staged for the others is cleared by workers.
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>(
                $"select count(*) from bulk_row_ranges s join bulk_jobs j on j.id = s.job_id where j.state = {{job.failed}} and j.tenant_id = (select tenant_id from bulk_jobs where id = '{JobOf(responses[0])}')") == 0,
            TimeSpan.FromSeconds(90));
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Corrected_rows_that_come_again_under_their_key_are_answered_as_before()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,Bob,A-2\n");
        await tenant.UntilAsync(job, "completed");
        var corrected = (await tenant.TextAsync($"bulk/{job}/errors.csv")).Replace("nobody", "bob@example.com", StringComparison.Ordinal);

        var first = await Kept.OfAsync(tenant.UploadUnderAsync("mended", corrected, ("continues", job.ToString())));
        first.Status.ShouldBe(HttpStatusCode.Accepted, first.Body);
        await tenant.UntilAsync(job, found => found.GetProperty("rows").GetProperty("queued").GetInt32() == 2 && found.GetProperty("status").GetString() == "completed");
        var again = await Kept.OfAsync(tenant.UploadUnderAsync("mended", corrected, ("continues", job.ToString())));

        again.ShouldBe(first with { IsReplay = true });
        (await tenant.GetAsync($"bulk/{job}")).GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(2);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_refused_upload_leaves_its_key_free()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        (await Kept.OfAsync(tenant.UploadUnderAsync("file", "email,name\nann@example.com,Ann\n"))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Kept.OfAsync(tenant.UploadUnderAsync("file", People, ("template", "unheard-of")))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        var taken = await Kept.OfAsync(tenant.UploadUnderAsync("file", People));
        (taken.Status, taken.IsReplay).ShouldBe((HttpStatusCode.Accepted, false), taken.Body);
        // Without a key the same file is asked about, under another key too.
        (await Kept.OfAsync(tenant.UploadUnderAsync("another", People))).Body.ShouldContain("import_duplicate");
    }

    [Fact]
    public async Task A_job_that_is_commanded_ten_times_at_once_under_one_key_is_commanded_once_and_a_late_repeat_changes_nothing()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync(People, ("sendAt", TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")));
        await tenant.UntilAsync(job, "completed");

        foreach (var (command, key, status) in ((string, string, string)[])[("pause", "p", "paused"), ("resume", "r", "completed"), ("cancel", "c", "cancelled")])
        {
            var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Kept.OfAsync(tenant.CommandAsync(job, command, key))));

            responses.ShouldAllBe(response => response.Status == HttpStatusCode.OK, command);
            responses.Count(response => response.IsReplay).ShouldBe(9, command);
            JsonDocument.Parse(responses.Select(response => response.Body).Distinct().ShouldHaveSingleItem()).RootElement.GetProperty("status").GetString().ShouldBe(status);
        }

        var late = await Kept.OfAsync(tenant.CommandAsync(job, "pause", "p"));
        (late.Status, late.IsReplay).ShouldBe((HttpStatusCode.OK, true));
        late.Body.ShouldContain("\"paused\"");
        (await tenant.GetAsync($"bulk/{job}")).GetProperty("status").GetString().ShouldBe("cancelled");
        await Kept.ShouldMismatchAsync(tenant.CommandAsync(job, "resume", "p"));
        (await Kept.OfAsync(tenant.CommandAsync(job, "pause", "new"))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Kept.OfAsync(tenant.CommandAsync(Guid.Empty, "pause", "new"))).Status.ShouldBe(HttpStatusCode.NotFound);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Failed_deliveries_are_put_back_once_under_a_key()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann+fail@example.com,Ann,A-1\nbob+fail@example.com,Bob,A-2\ncleo@example.com,Cleo,A-3\n");
        await FailedAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Kept.OfAsync(tenant.CommandAsync(job, "retry-failed", "again"))));
        await FailedAsync();
        var late = await Kept.OfAsync(tenant.CommandAsync(job, "retry-failed", "again"));

        responses.ShouldAllBe(response => response.Status == HttpStatusCode.OK && response.Body == """{"requeued":2}""");
        responses.Count(response => response.IsReplay).ShouldBe(9);
        late.ShouldBe(new Kept(HttpStatusCode.OK, """{"requeued":2}""", IsReplay: true));
        await Kept.ShouldMismatchAsync(tenant.CommandAsync(job, "pause", "again"));
        (await service.Database.ScalarAsync<long>($"select count(*) from timeline t join deliveries d on d.id = t.delivery_id where d.batch_id = '{job}' and d.status = {{status.failed}} and t.status = {{status.queued}}")).ShouldBe(4);
        await ShouldHoldAsync();

        Task FailedAsync() => tenant.UntilAsync(
            job, found => found.TryGetProperty("deliveries", out var deliveries) && deliveries.GetProperty("pending").GetInt64() == 0 && deliveries.GetProperty("failed").GetInt64() == 2);
    }

    private static Guid JobOf(Kept response) => JsonDocument.Parse(response.Body).RootElement.GetProperty("jobId").GetGuid();

    /// <summary>Jobs of the tenant whose upload was so answered.</summary>
    private Task<long> JobsAsync(Kept response, string where = "") =>
        service.Database.ScalarAsync<long>($"select count(*) from bulk_jobs where tenant_id = (select tenant_id from bulk_jobs where id = '{JobOf(response)}') {where}");

    private async Task ShouldHoldAsync() => (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
}
