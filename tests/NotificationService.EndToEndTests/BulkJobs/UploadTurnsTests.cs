using System.Globalization;
using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>Few files are taken at once, so whoever holds a turn must give it back, however it ends.</summary>
public sealed class UploadTurnsTests(SignInService service) : IClassFixture<SignInService>
{
    private const string File = "email,name,orderId\nann@example.com,Ann,A-1\n";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Senders_that_leave_while_they_wait_for_a_turn_do_not_keep_their_tenant_out()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        (BulkTenant Tenant, SlowFile[] Files)[] holders = [(await BulkTenant.CreateAsync(service), Slow()), (await BulkTenant.CreateAsync(service), Slow())];
        var holding = holders.SelectMany(holder => holder.Files.Select(file => holder.Tenant.UploadAsync(file, CancellationToken.None, ("force", "true")))).ToArray();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = 1") == 4, Ample);

        // All four turns are taken, so these wait, and then their senders are gone.
        await Eventually.TrueAsync(() => LeaveWhileWaitingAsync(tenant), Ample, () => "the two never waited");

        foreach (var file in holders.SelectMany(holder => holder.Files))
            file.End();
        foreach (var upload in holding)
        {
            using var answer = await upload;
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await tenant.UploadAsync(File);
                return answer.StatusCode == HttpStatusCode.Accepted;
            },
            Ample,
            () => "the turns of those who left were never given back");
    }

    [Fact]
    public async Task A_third_file_of_one_tenant_is_too_many_and_one_of_another_is_not()
    {
        var (tenant, other, files) = (await BulkTenant.CreateAsync(service), await BulkTenant.CreateAsync(service), Slow());
        var holding = files.Select(file => tenant.UploadAsync(file, CancellationToken.None, ("force", "true"))).ToArray();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_jobs where state = 1") == 2, Ample);

        using var third = await tenant.UploadAsync(File);
        using var taken = await other.UploadAsync(File);

        third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await third.Content.ReadAsStringAsync()).ShouldContain("\"rate_limited\"");
        third.Headers.RetryAfter.ShouldNotBeNull();
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted, await taken.Content.ReadAsStringAsync());
        foreach (var file in files)
            file.End();
        foreach (var upload in holding)
        {
            using var answer = await upload;
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>False: a slow machine answered them that there was no turn, before they could leave.</summary>
    private async Task<bool> LeaveWhileWaitingAsync(BulkTenant tenant)
    {
        using var gone = new CancellationTokenSource();
        Task<HttpResponseMessage>[] waiting = [tenant.UploadAsync(new StringContent(File), gone.Token), tenant.UploadAsync(new StringContent(File), gone.Token)];
        while (await ActiveAsync() < 4 + 2 + 1 && Array.TrueForAll(waiting, static upload => !upload.IsCompleted))
            await Task.Yield();
        await gone.CancelAsync();
        var left = 0;
        foreach (var upload in waiting)
        {
            if (await Record.ExceptionAsync(() => upload) is OperationCanceledException)
                left++;
        }

        return left == waiting.Length;
    }

    private static SlowFile[] Slow() => [new(TimeSpan.FromMilliseconds(25)), new(TimeSpan.FromMilliseconds(25))];

    /// <summary>Requests under way, the one that asks included.</summary>
    private async Task<double> ActiveAsync() =>
        (await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.StartsWith("http_server_active_requests{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
