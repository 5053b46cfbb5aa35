using System.Globalization;
using System.Net;
using System.Text;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;
using NotificationService.Testing.Webhooks;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

public sealed class WebhookCallerTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request: 7\r\n\r\nok";

    [Fact]
    public async Task What_goes_over_the_wire_is_what_was_asked_for_and_nothing_else()
    {
        await using var receiver = new RawReceiver(Ok);
        using var caller = Caller.Of();

        var response = await caller.CallAsync(Caller.To(receiver.Url, new("Authorization", "Bearer 0123456789abcdefghij"), new("X-Env", "prod")), CancellationToken.None);

        var request = receiver.Requests.ShouldHaveSingleItem();
        var timestamp = response.Exchange.StartedAt.ToUnixTimeSeconds();
        request.Lines.ShouldBe(
            [
                "POST /hook?x=1 HTTP/1.1",
                $"Host: 127.0.0.1:{receiver.Port}",
                $"User-Agent: NotificationService-Webhooks/{typeof(WebhookCaller).Assembly.GetName().Version!.ToString(3)}",
                "Accept: */*",
                "webhook-id: evt_1",
                string.Create(CultureInfo.InvariantCulture, $"webhook-timestamp: {timestamp}"),
                $"webhook-signature: {WebhookSigner.Sign("evt_1", timestamp, Encoding.UTF8.GetBytes(Caller.Body), [Caller.Secret])}",
                "Authorization: Bearer 0123456789abcdefghij",
                "X-Env: prod",
                "Content-Type: application/json",
                $"Content-Length: {Caller.Body.Length}",
            ],
            ignoreOrder: true);
        Encoding.UTF8.GetString(request.Body).ShouldBe(Caller.Body);
    }

    [Fact]
    public async Task A_connection_serves_again_until_its_life_is_over_and_then_the_name_is_looked_up_anew()
    {
        await using var receiver = new RawReceiver(RespondAllAsync);
        var lookups = 0;
        using (var caller = Caller.Of(lookup: LookupAsync))
        {
            for (var call = 1; call <= 3; call++)
                await CallAsync(caller);
            (lookups, receiver.Connections).ShouldBe((1, 1));
        }

        using var brief = Caller.Of(lifetime: TimeSpan.FromMilliseconds(1), lookup: LookupAsync);
        await Eventually.TrueAsync(
            async () =>
            {
                await CallAsync(brief);
                return receiver.Connections >= 4;
            },
            TimeSpan.FromSeconds(30));
        lookups.ShouldBe(receiver.Connections);

        async Task CallAsync(WebhookCaller caller) =>
            (await caller.CallAsync(Caller.To($"http://hooks.example.com:{receiver.Port}/"), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Delivered>();

        Task<IPAddress[]> LookupAsync(string name, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref lookups);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        }
    }

    [Fact]
    public async Task The_log_has_what_was_sent_with_secret_values_masked_and_what_was_answered()
    {
        await using var receiver = new RawReceiver(Ok);
        using var caller = Caller.Of();

        var response = await caller.CallAsync(Caller.To(receiver.Url, new("Authorization", "Bearer 0123456789abcdefghij"), new("X-Env", "prod")), CancellationToken.None);

        var exchange = response.ShouldBeOfType<WebhookResponse.Delivered>().Exchange;
        (exchange.Status, exchange.Body, exchange.Directive).ShouldBe((200, "ok", WebhookDirective.None));
        exchange.ResponseHeaders.ShouldNotBeNull().ShouldContain(new WebhookHeader("x-request", "7"));
        exchange.RequestHeaders.Select(header => header.Name)
            .ShouldBe(["content-type", "user-agent", "accept", "webhook-id", "webhook-timestamp", "webhook-signature", "Authorization", "X-Env"]);
        exchange.RequestHeaders.ShouldContain(new WebhookHeader("Authorization", "Bea…ghij"));
        exchange.RequestHeaders.ShouldContain(new WebhookHeader("X-Env", "…"));
        exchange.Duration.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("200 OK", null)]
    [InlineData("204 No Content", null)]
    [InlineData("299 Whatever", null)]
    [InlineData("302 Found", WebhookFailure.Redirected)]
    [InlineData("304 Not Modified", WebhookFailure.Redirected)]
    [InlineData("400 Bad Request", WebhookFailure.Status)]
    [InlineData("404 Not Found", WebhookFailure.Status)]
    [InlineData("500 Oops", WebhookFailure.Status)]
    [InlineData("999 What", WebhookFailure.Status)]
    public async Task Only_2xx_is_success(string status, string? reason)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        using var caller = Caller.Of();

        var response = await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None);

        (response as WebhookResponse.Failed)?.Reason.ShouldBe(reason);
        (response is WebhookResponse.Delivered).ShouldBe(reason is null);
        response.Exchange.Status.ShouldBe(int.Parse(status[..3], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_says_so_by_410()
    {
        await using var receiver = new RawReceiver("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
        using var caller = Caller.Of();

        (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Gone>();
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("999999999999", 86_400)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", null)]
    public async Task A_receiver_may_say_when_to_come_again(string value, int? seconds)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 503 Busy\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        using var caller = Caller.Of();

        var failed = (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Failed>();

        failed.RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
    }

    [Theory]
    [InlineData("200 OK", "disable", WebhookDirective.Disable)]
    [InlineData("500 Oops", " Disable ", WebhookDirective.Disable)]
    [InlineData("400 Bad", "abort-message", WebhookDirective.AbortMessage)]
    [InlineData("400 Bad", "nonsense", WebhookDirective.None)]
    public async Task A_receiver_may_ask_for_no_more(string status, string value, WebhookDirective directive)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 {status}\r\nwebhook-delivery: {value}\r\nContent-Length: 0\r\n\r\n");
        using var caller = Caller.Of();

        (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).Exchange.Directive.ShouldBe(directive);
    }

    [Fact]
    public async Task A_connection_serves_again()
    {
        await using var receiver = new RawReceiver(async (stream, _, token) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), token);
            while (await RawRequest.ReadAsync(stream, token) is not null)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), token);
        });
        using var caller = Caller.Of();

        for (var i = 0; i < 5; i++)
            (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Delivered>();

        receiver.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted()
    {
        using var certificates = new FakeCertificates(TimeProvider.System.GetUtcNow());
        await using var receiver = new TlsReceiver(certificates.ServerAlone, Ok);
        using var strict = Caller.Of();
        using var trusting = Caller.Of(roots: certificates.AuthorityFile);

        (await strict.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).Reason().ShouldBe("tls_failed");
        (await trusting.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Delivered>();
    }

    /// <summary>Where an issuer's certificate may be fetched is said by the receiver's owner: it would be a way around the guard.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_fetched_from_where_a_certificate_points_to(bool withRoots)
    {
        await using var canary = new RawReceiver((_, _, _) => Task.CompletedTask);
        using var certificates = new FakeCertificates(TimeProvider.System.GetUtcNow(), issuerAt: canary.Url);
        await using var receiver = new TlsReceiver(certificates.ServerAlone, Ok);
        using var caller = Caller.Of(roots: withRoots ? certificates.AuthorityFile : null);

        (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).Reason().ShouldBe("tls_failed");

        canary.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_call_that_is_given_up_from_outside_says_so()
    {
        await using var receiver = new RawReceiver((_, _, token) => Task.Delay(Timeout.Infinite, token));
        using var caller = Caller.Of();
        using var shutdown = new CancellationTokenSource();
        var call = caller.CallAsync(Caller.To(receiver.Url), shutdown.Token);
        await Eventually.TrueAsync(() => receiver.Requests.Count == 1, TimeSpan.FromSeconds(90));

        await shutdown.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_header_that_was_never_allowed_is_not_sent_even_if_it_is_stored()
    {
        await using var receiver = new RawReceiver(Ok);
        using var caller = Caller.Of();

        foreach (var header in (WebhookHeader[])[new("X-A", "a\r\nHost: evil"), new("Host", "evil"), new("Content-Length", "0"), new("Webhook-Signature", "v1,x"), new("a b", "c")])
            (await caller.CallAsync(Caller.To(receiver.Url, header), CancellationToken.None)).Reason().ShouldBe(WebhookFailure.Unusable);

        receiver.Connections.ShouldBe(0);
    }

    /// <summary>As a server that keeps its connections: one answer for each request, all of which end with the same body.</summary>
    private static async Task RespondAllAsync(Stream stream, RawRequest first, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Ok), cancellationToken);
        var (buffer, text) = (new byte[4096], "");
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            text += Encoding.Latin1.GetString(buffer, 0, read);
            if (!text.EndsWith(Caller.Body, StringComparison.Ordinal))
                continue;
            text = "";
            await stream.WriteAsync(Encoding.Latin1.GetBytes(Ok), cancellationToken);
        }
    }
}
