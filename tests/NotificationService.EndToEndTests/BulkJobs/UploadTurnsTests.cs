using System.Net;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A tenant has two files on their way at once, and nobody holds what others need while a file comes slowly.</summary>
public sealed class UploadTurnsTests(SignInService service) : IClassFixture<SignInService>
{
    private const string File = "email,name,orderId\nann@example.com,Ann,A-1\n";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Files_that_come_slowly_keep_no_other_tenant_out_of_files_or_batches()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var batches = await BatchTenant.CreateAsync(service);
        (BulkTenant Tenant, SlowFile[] Files)[] slow = [(await BulkTenant.CreateAsync(service), Slow()), (await BulkTenant.CreateAsync(service), Slow()), (await BulkTenant.CreateAsync(service), Slow())];
        var before = await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = {job.uploading}");
        var uploading = slow.SelectMany(sender => sender.Files.Select(file => sender.Tenant.UploadAsync(file, CancellationToken.None, ("force", "true")))).ToArray();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = {job.uploading}") == before + 6, Ample);

        for (var i = 0; i < 4; i++)
        {
            using var file = await tenant.UploadAsync(File, ("force", "true"));
            using var batch = await batches.PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[{BatchTenant.Item(i)}]}}");
            file.StatusCode.ShouldBe(HttpStatusCode.Accepted, await file.Content.ReadAsStringAsync());
            batch.StatusCode.ShouldBe(HttpStatusCode.Accepted, await batch.Content.ReadAsStringAsync());
        }

        uploading.ShouldAllBe(upload => !upload.IsCompleted);
        foreach (var file in slow.SelectMany(sender => sender.Files))
            file.End();
        foreach (var upload in uploading)
        {
            using var response = await upload;
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Senders_that_leave_in_the_middle_of_a_file_do_not_keep_their_tenant_out()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        using var gone = new CancellationTokenSource();
        var before = await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs");
        var uploads = Slow().Select(file => tenant.UploadAsync(file, gone.Token, ("force", "true"))).ToArray();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs") == before + 2, Ample);

        await gone.CancelAsync();

        foreach (var upload in uploads)
            await Should.ThrowAsync<OperationCanceledException>(upload);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await tenant.UploadAsync(File);
                return response.StatusCode == HttpStatusCode.Accepted;
            },
            Ample,
            () => "the places of those who left were never given back");
    }

    [Fact]
    public async Task A_third_file_of_one_tenant_is_too_many_and_one_of_another_is_not()
    {
        var before = await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = {job.uploading}");
        var (tenant, other, files) = (await BulkTenant.CreateAsync(service), await BulkTenant.CreateAsync(service), Slow());
        var holding = files.Select(file => tenant.UploadAsync(file, CancellationToken.None, ("force", "true"))).ToArray();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = {job.uploading}") == before + 2, Ample);

        using var third = await tenant.UploadAsync(File);
        using var taken = await other.UploadAsync(File);

        third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await third.Content.ReadAsStringAsync()).ShouldContain("\"too_many_uploads\"");
        third.Headers.RetryAfter.ShouldNotBeNull();
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted, await taken.Content.ReadAsStringAsync());
        foreach (var file in files)
            file.End();
        foreach (var upload in holding)
        {
            using var response = await upload;
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        }
    }

    private static SlowFile[] Slow() => [new(TimeSpan.FromMilliseconds(10)), new(TimeSpan.FromMilliseconds(10))];
}
