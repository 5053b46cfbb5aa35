using System.Globalization;
using System.Net;
using System.Text;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>Bodies that come slowly, from many at once: how much of them is held, and what the senders and everybody else are answered.</summary>
public sealed class BodiesInFlightTests(BodiesInFlightTests.Running running) : IClassFixture<BodiesInFlightTests.Running>
{
    private const long Budget = 96L * 1024 * 1024;

    /// <summary>A sixth for callers who have not signed in, of which one network address has half.</summary>
    private const long MaxOfOneAddress = Budget / 6 / 2;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task Callbacks_that_nobody_signed_and_that_drip_hold_no_more_than_their_part_and_all_are_answered()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var node = running.Node;
        var head = $"POST /webhooks/sandbox/{tenant.Provider} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n";
        var senders = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawSender.OpenAsync(node.Address, head)));
        try
        {
            var max = 0L;
            var piece = new byte[16 * 1024];
            await Eventually.TrueAsync(
                async () =>
                {
                    await Task.WhenAll(senders.Where(sender => sender.Status == 0).Select(sender => sender.SendAsync(piece)));
                    max = Math.Max(max, await HeldAsync(node));
                    return Array.TrueForAll(senders, sender => sender.Status != 0);
                },
                Ample,
                () => $"{senders.Count(sender => sender.Status == 0)} were never answered");

            max.ShouldBeInRange(1, MaxOfOneAddress);
            // 64 of them come at once; most of those find no room for what they send, and whoever was the last is whole, and signed by nobody.
            senders.Select(sender => sender.Status).Distinct().ShouldBeSubsetOf([403, 408, 429]);
            senders.Where(sender => sender.Status == 429).ShouldAllBe(sender => sender.Response.Contains("\"too_many_callbacks\"") || sender.Response.Contains("\"too_many_body_bytes\""));
            senders.ShouldContain(sender => sender.Status == 429 || sender.Status == 408);
        }
        finally
        {
            foreach (var sender in senders)
                sender.Dispose();
        }

        await Eventually.TrueAsync(async () => await HeldAsync(node) == 0, Ample, () => "what was held was never given back");
        node.Output.ShouldNotContain("fail: ");
    }

    [Fact]
    public async Task Whoever_is_signed_in_sends_while_strangers_hold_all_that_they_may()
    {
        var (receipts, tenant) = (await ReceiptsTenant.CreateAsync(service), await BatchTenant.CreateAsync(service));
        var node = running.Node;
        var head = $"POST /webhooks/sandbox/{receipts.Provider} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n";
        var senders = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => RawSender.OpenAsync(node.Address, head)));
        foreach (var sender in senders)
            await sender.SendAsync(new byte[400_000]);
        await Eventually.TrueAsync(async () => await HeldAsync(node) > MaxOfOneAddress / 2, Ample);

        using var sent = await tenant.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[{BatchTenant.Items(0, 5_000)}]}}");

        sent.StatusCode.ShouldBe(HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
        foreach (var sender in senders)
            sender.Dispose();
        await Eventually.TrueAsync(async () => await HeldAsync(node) == 0, Ample);
    }

    [Theory]
    [InlineData("/api/v1/auth/login", "application/json", 413)]
    [InlineData("/api/v1/auth/register-tenant", "application/json", 413)]
    [InlineData("/api/v1/auth/refresh-token", "application/json", 413)]
    [InlineData("/oauth/token", "application/x-www-form-urlencoded", 400)]
    public async Task Two_hundred_strangers_who_sign_in_with_a_megabyte_hold_next_to_nothing(string path, string type, int status)
    {
        var node = running.Node;
        var head = $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n";
        var senders = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => RawSender.OpenAsync(node.Address, head)));
        var chunk = Encoding.ASCII.GetBytes($"1000\r\n{new string('a', 4096)}\r\n");
        var max = 0L;
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.WhenAll(senders.Where(sender => sender.Status == 0).Select(sender => sender.SendAsync(chunk)));
                max = Math.Max(max, await HeldAsync(node));
                return Array.TrueForAll(senders, sender => sender.Status != 0);
            },
            Ample);

        max.ShouldBeLessThanOrEqualTo(MaxOfOneAddress);
        senders.Select(sender => sender.Status).Distinct().ShouldBeSubsetOf([status, 408, 429]);
        foreach (var sender in senders)
            sender.Dispose();
        await Eventually.TrueAsync(async () => await HeldAsync(node) == 0, Ample);
    }

    [Theory]
    [InlineData("/api/v1/auth/login", "application/json")]
    [InlineData("/oauth/token", "application/x-www-form-urlencoded")]
    public async Task A_log_in_that_began_fast_and_then_drips_is_ended_and_its_connection_too(string path, string type)
    {
        var node = running.Node;
        using var sender = await RawSender.OpenAsync(node.Address, $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: 60000\r\n\r\n");
        await sender.SendAsync(new byte[50_000]);

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = new CancellationTokenSource(Ample);
        while (!sender.IsClosed && await timer.WaitForNextTickAsync(patience.Token))
        {
            if (sender.Status == 0)
                await sender.SendAsync(new byte[40]);
        }

        sender.Status.ShouldBe(408);
        sender.Response.ShouldContain("\"upload_too_slow\"");
        sender.Response.ShouldContain("10 s");
        sender.Response.ShouldContain("Connection: close");
        node.Output.ShouldNotContain("fail: ");
    }

    private static async Task<long> HeldAsync(ServiceProcess node) =>
        (await node.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.StartsWith("notification_http_body_bytes{", StringComparison.Ordinal))
            .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>A process with the budget, whose metrics say what it holds, for all tests of the class: each ends when nothing is held.</summary>
    public sealed class Running(PostgresCluster cluster) : IAsyncLifetime
    {
        private ServiceProcess? node;

        public SignInService Service { get; } = new(cluster, isInProcess: true);

        public ServiceProcess Node => node ?? throw new InvalidOperationException("not initialized");

        public async ValueTask InitializeAsync()
        {
            await Service.InitializeAsync();
            node = await Service.StartNodeAsync(("Notification__Http__MaxBodyBytes", Budget.ToString(CultureInfo.InvariantCulture)));
        }

        public async ValueTask DisposeAsync()
        {
            if (node is not null)
                await node.DisposeAsync();
            await Service.DisposeAsync();
        }
    }
}
