using System.Globalization;
using System.Net;
using System.Text;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>Anybody may register tenants: so many of them that their slow files hold all the memory for uploads keep nobody out.</summary>
public sealed class ManySlowTenantsTests(SignInService service) : IClassFixture<SignInService>
{
    private const long Budget = 96L * 1024 * 1024;

    /// <summary>With two files of each, of 128 KiB or more, more than a sixth of the budget.</summary>
    private const int Tenants = 64;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task Slow_files_of_many_tenants_that_hold_all_the_memory_for_uploads_give_way_to_one_that_is_not()
    {
        var honest = await BulkTenant.CreateAsync(service);
        var tokens = new List<string>();
        for (var i = 0; i < Tenants; i++)
            tokens.Add((await service.RegisterAsync()).AccessToken);
        // At any rate: what only takes long, and not too little, is not cut off by itself.
        await using var node = await service.StartNodeAsync(
            ("Notification__Http__MaxBodyBytes", Budget.ToString(CultureInfo.InvariantCulture)), ("Notification__Bulk__LeastBytesPerSecond", "0"));
        var senders = await Task.WhenAll(tokens.SelectMany(token => Enumerable.Range(0, 2).Select(_ => RawSender.OpenAsync(node.Address, Head(token)))));
        using var enough = new CancellationTokenSource();
        var dripping = DripAsync(senders, enough.Token);
        await Eventually.TrueAsync(async () => await HeldAsync(node) > Budget / 6 * 9 / 10, Ample, () => "the slow ones never filled the memory for uploads");

        await Eventually.TrueAsync(
            async () =>
            {
                using var taken = await honest.At(node.Client).UploadAsync("email,name,orderId\nann@example.com,Ann,A-1\n", ("force", "true"));
                taken.StatusCode.ShouldBeOneOf(HttpStatusCode.Accepted, HttpStatusCode.ServiceUnavailable);
                return taken.StatusCode == HttpStatusCode.Accepted;
            },
            Ample,
            () => "slow files of others keep it out");

        (await HeldAsync(node)).ShouldBeGreaterThan(Budget / 6 * 8 / 10, "the others are still there");
        await Eventually.TrueAsync(() => senders.Any(sender => sender.Response.Contains("\"upload_displaced\"", StringComparison.Ordinal)), Ample);
        var displaced = senders.Where(sender => sender.Status == 408).ToList();
        displaced.Count.ShouldBeInRange(1, senders.Length / 2);
        displaced.ShouldAllBe(sender => sender.Response.Contains("Retry-After: ", StringComparison.Ordinal) && sender.Response.Contains("Connection: close", StringComparison.Ordinal));
        await enough.CancelAsync();
        await dripping;
        foreach (var sender in senders)
            sender.Dispose();
        await Eventually.TrueAsync(async () => await HeldAsync(node) == 0, Ample, () => "what was held was never given back");
        node.Output.ShouldNotContain("fail: ");
    }

    private static string Head(string token) =>
        $"POST {BulkTenant.Root}/bulk/csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
        + Chunk("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\nemail,name\n");

    /// <summary>At more than Kestrel's own least rate.</summary>
    private static async Task DripAsync(RawSender[] senders, CancellationToken enough)
    {
        var row = Encoding.ASCII.GetBytes(Chunk($"ann@example.com,{new string('a', 1000)}\n"));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!enough.IsCancellationRequested)
        {
            await Task.WhenAll(senders.Where(sender => sender.Status == 0 && !sender.IsClosed).Select(sender => sender.SendAsync(row)));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static async Task<double> HeldAsync(ServiceProcess node) =>
        (await node.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.StartsWith("notification_http_body_bytes{", StringComparison.Ordinal) && line.Contains("uploads", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
