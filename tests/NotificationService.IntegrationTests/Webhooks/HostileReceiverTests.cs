using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using NotificationService.Testing.Webhooks;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>Receivers that are slow, endless or no HTTP at all cost a bounded time and a bounded piece of memory.</summary>
public sealed class HostileReceiverTests
{
    /// <summary>Where it is to come.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>Where it is to come, and only after the response has begun.</summary>
    private static readonly TimeSpan LateDeadline = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    /// <summary>On a machine that stands still now and then; without a deadline a call would never end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task One_that_never_answers_has_the_deadline()
    {
        await using var receiver = new RawReceiver((_, _, token) => Task.Delay(Timeout.Infinite, token));

        (await CallAsync(receiver, Deadline)).Reason().ShouldBe(WebhookFailure.TimedOut);
    }

    [Fact]
    public async Task One_that_drips_its_headers_has_the_deadline()
    {
        await using var receiver = new RawReceiver((stream, _, token) => DripAsync(stream, "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X-A: b\r\n", 1000)), token));

        (await CallAsync(receiver, Deadline)).Reason().ShouldBe(WebhookFailure.TimedOut);
    }

    [Fact]
    public async Task One_that_drips_its_body_has_the_deadline_but_has_said_that_it_took_the_message()
    {
        await using var receiver = new RawReceiver(async (stream, _, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), token);
            await DripAsync(stream, new string('x', 100_000), token);
        });

        var delivered = (await CallAsync(receiver, LateDeadline)).ShouldBeOfType<WebhookResponse.Delivered>();

        delivered.Exchange.Body.ShouldNotBeNull().ShouldMatch("^x+$");
    }

    [Fact]
    public async Task Of_an_endless_answer_64_KB_are_read_and_16_are_kept()
    {
        var written = 0L;
        await using var receiver = new RawReceiver(async (stream, _, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), token);
            var piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
            while (true)
            {
                await stream.WriteAsync(piece, token);
                Interlocked.Add(ref written, piece.Length);
            }
        });

        var delivered = (await CallAsync(receiver)).ShouldBeOfType<WebhookResponse.Delivered>();

        delivered.Exchange.Body.ShouldBe(new string('x', 16 * 1024));
        Interlocked.Read(ref written).ShouldBeLessThan(16 * 1024 * 1024, "what the sockets' buffers take, and then nobody reads");
    }

    [Fact]
    public async Task Ten_thousand_headers_are_not_read()
    {
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: value\r\n")) + "\r\n");

        (await CallAsync(receiver)).Reason().ShouldBe(WebhookFailure.HeadersTooLarge);
    }

    [Fact]
    public async Task One_header_without_end_is_not_read()
    {
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\nX-A: " + new string('a', 1_000_000));

        (await CallAsync(receiver)).Reason().ShouldBe(WebhookFailure.HeadersTooLarge);
    }

    [Fact]
    public async Task A_packed_answer_is_never_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[50_000_000]);
        await using var receiver = new RawReceiver(async (stream, _, token) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), token);
            await stream.WriteAsync(packed.ToArray(), token);
        });
        // Other tests allocate meanwhile, and what is unpacked is so every time: the least of some calls shows.
        var min = long.MaxValue;
        for (var call = 0; call < 5; call++)
        {
            var before = GC.GetTotalAllocatedBytes();
            var delivered = (await CallAsync(receiver)).ShouldBeOfType<WebhookResponse.Delivered>();
            min = Math.Min(min, GC.GetTotalAllocatedBytes() - before);
            delivered.Exchange.Body.ShouldNotBeNull().Length.ShouldBeLessThanOrEqualTo(16 * 1024);
        }

        receiver.Requests.ShouldAllBe(request => request.Header("Accept-Encoding") == null);
        min.ShouldBeLessThan(25_000_000, "the unpacked answer has 50 million bytes");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("<html>no http</html>")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("")]
    public async Task What_is_no_HTTP_is_no_response(string response)
    {
        await using var receiver = new RawReceiver(response);

        (await CallAsync(receiver)).Reason().ShouldBe(WebhookFailure.ResponseBroken);
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nshort", "short")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello")]
    [InlineData("Content-Type: text/plain; charset=nonsense\r\nContent-Length: 4\r\n\r\n\u00ff\u00fe\u0000a", "\ufffd\ufffda")]
    [InlineData("Content-Length: 10\r\n\r\na\r\nb\tc\u001b[1m", "a b c[1m")]
    public async Task Whatever_stands_in_the_body_the_status_decides_and_what_is_kept_can_be_stored(string rest, string kept)
    {
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\n" + rest);

        (await CallAsync(receiver)).ShouldBeOfType<WebhookResponse.Delivered>().Exchange.Body.ShouldBe(kept);
    }

    [Fact]
    public async Task Answers_that_announce_answers_have_the_deadline()
    {
        await using var receiver = new RawReceiver(async (stream, _, token) =>
        {
            while (true)
                await stream.WriteAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"u8.ToArray(), token);
        });

        (await CallAsync(receiver, Deadline)).ShouldBeOfType<WebhookResponse.Failed>();
    }

    private static async Task<WebhookResponse> CallAsync(RawReceiver receiver, TimeSpan? deadline = null)
    {
        using var caller = Caller.Of(deadline ?? Ample);
        var clock = Stopwatch.StartNew();
        var response = await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None);
        clock.Elapsed.ShouldBeLessThan((deadline ?? Ample) + Grace);
        return response;
    }

    private static async Task DripAsync(Stream stream, string text, CancellationToken cancellationToken)
    {
        foreach (var letter in Encoding.ASCII.GetBytes(text))
        {
            await stream.WriteAsync(new[] { letter }, cancellationToken);
            await Task.Delay(20, cancellationToken);
        }
    }
}
