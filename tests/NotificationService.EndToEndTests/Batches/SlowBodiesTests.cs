using System.Net;
using System.Net.Sockets;
using System.Text;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>Few calls with many items are worked on at once, so who sends one slowly must not keep the others out.</summary>
public sealed class SlowBodiesTests(SignInService service) : IClassFixture<SignInService>
{
    [Theory]
    [InlineData("send-batch")]
    [InlineData("send-chunk")]
    public async Task A_sender_that_takes_too_long_is_told_so_and_gives_its_turn_back(string call)
    {
        var tenant = await BatchTenant.CreateAsync(service);
        await using var node = await service.StartNodeAsync(("Notification__Batches__LongestUpload", "00:00:02"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => DripAsync(node.Address, tenant.Token, call, CancellationToken.None)));

        answers.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) && answer.Contains("\"upload_too_slow\"", StringComparison.Ordinal));
        // On a slow machine that too may take longer than two seconds.
        await Eventually.TrueAsync(
            async () =>
            {
                using var taken = await tenant.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[]}}");
                taken.StatusCode.ShouldNotBeOneOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
                return taken.StatusCode == HttpStatusCode.Accepted;
            },
            TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task One_tenant_that_sends_slowly_leaves_turns_for_others()
    {
        var (slow, other) = (await BatchTenant.CreateAsync(service), await BatchTenant.CreateAsync(service));
        await using var node = await service.StartNodeAsync(("Notification__Batches__LongestUpload", "00:30:00"));
        using var enough = new CancellationTokenSource();
        var dripping = Enumerable.Range(0, 8).Select(_ => DripAsync(node.Address, slow.Token, "send-batch", enough.Token)).ToArray();

        // As soon as two of them have the tenant's turns, there is none for what it sends besides.
        await Eventually.TrueAsync(
            async () =>
            {
                using var own = await slow.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[]}}");
                own.StatusCode.ShouldNotBe(HttpStatusCode.ServiceUnavailable, "the node has turns left");
                return own.StatusCode == HttpStatusCode.TooManyRequests && own.Headers.RetryAfter is not null;
            },
            TimeSpan.FromSeconds(90));
        using var taken = await other.At(node.Client).PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[]}}");

        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted, await taken.Content.ReadAsStringAsync());
        await enough.CancelAsync();
        await Task.WhenAll(dripping);
    }

    /// <summary>White space that goes on at more than Kestrel's own least rate; until somebody answers, or it is enough.</summary>
    private static async Task<string> DripAsync(Uri address, string token, string call, CancellationToken enough)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {BatchTenant.Root}/{call} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"), CancellationToken.None);
        var answer = new StringBuilder();
        var reading = ReadAsync(stream, answer);
        var chunk = Encoding.ASCII.GetBytes($"20\r\n{new string(' ', 32)}\r\n");
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
        return answer.ToString();
    }

    private static async Task ReadAsync(NetworkStream stream, StringBuilder answer)
    {
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("traceId", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is > 0 and var read)
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
    }
}
