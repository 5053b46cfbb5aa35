using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>Few calls with many items are worked on at once, and none of them before its body is there: who sends one slowly keeps nobody out.</summary>
public sealed class SlowBodiesTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private readonly SignInService service = running.Service;

    [Theory]
    [InlineData("send-batch")]
    [InlineData("send-chunk")]
    public async Task A_sender_that_takes_too_long_is_notified(string call)
    {
        var tenant = await BatchTenant.CreateAsync(service);
        await using var node = await service.StartNodeAsync(("Notification__Batches__LongestUpload", "00:00:02"));

        var responses = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => DripAsync(node.Address, tenant.Token, call, CancellationToken.None)));

        responses.ShouldAllBe(response => response.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) && response.Contains("\"upload_too_slow\"", StringComparison.Ordinal));
        // On a slow machine that too may take longer than two seconds.
        await Eventually.TrueAsync(
            async () =>
            {
                using var taken = await tenant.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[]}}");
                taken.StatusCode.ShouldNotBeOneOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
                return taken.StatusCode == HttpStatusCode.Accepted;
            },
            TimeSpan.FromSeconds(90));
        node.Output.ShouldNotContain("fail: ");
    }

    [Fact]
    public async Task Bodies_that_come_slowly_keep_nobody_out_not_even_their_own_tenant()
    {
        BatchTenant[] slow = [await BatchTenant.CreateAsync(service), await BatchTenant.CreateAsync(service)];
        var other = await BatchTenant.CreateAsync(service);
        await using var node = await service.StartNodeAsync(("Notification__Batches__LongestUpload", "00:30:00"));
        using var enough = new CancellationTokenSource();
        var dripping = slow.SelectMany(tenant => Enumerable.Range(0, 4).Select(_ => DripAsync(node.Address, tenant.Token, "send-batch", enough.Token, atOnce: 2048))).ToArray();
        await Eventually.TrueAsync(async () => await HeldAsync(node) > 8 * 20_000, TimeSpan.FromSeconds(90), () => "the slow ones never began");

        foreach (var tenant in (BatchTenant[])[.. slow, other, other, other])
        {
            using var taken = await tenant.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[]}}");
            taken.StatusCode.ShouldBe(HttpStatusCode.Accepted, await taken.Content.ReadAsStringAsync());
        }

        dripping.ShouldAllBe(drip => !drip.IsCompleted);
        await enough.CancelAsync();
        await Task.WhenAll(dripping);
    }

    private static async Task<double> HeldAsync(ServiceProcess node) =>
        (await node.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.StartsWith("notification_http_body_bytes{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>White space that goes on at more than Kestrel's own least rate; until somebody answers, or it is enough.</summary>
    private static async Task<string> DripAsync(Uri address, string token, string call, CancellationToken enough, int atOnce = 32)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {BatchTenant.Root}/{call} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"), CancellationToken.None);
        var response = new StringBuilder();
        var reading = ReadAsync(stream, response);
        var chunk = Encoding.ASCII.GetBytes($"{atOnce:x}\r\n{new string(' ', atOnce)}\r\n");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!reading.IsCompleted && !enough.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                await stream.WriteAsync(chunk, CancellationToken.None);
            }
            catch (IOException)
            {
                break;
            }
        }

        if (enough.IsCancellationRequested)
            client.Client.Close();
        await Record.ExceptionAsync(() => reading);
        return response.ToString();
    }

    private static async Task ReadAsync(NetworkStream stream, StringBuilder response)
    {
        var buffer = new byte[4096];
        while (!response.ToString().Contains("traceId", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is > 0 and var read)
            response.Append(Encoding.UTF8.GetString(buffer, 0, read));
    }
}
