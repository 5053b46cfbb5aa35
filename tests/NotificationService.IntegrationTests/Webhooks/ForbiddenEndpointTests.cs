using System.Net;
using System.Net.Sockets;
using NotificationService.Outbound;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>Whatever an address looks like and whatever a name server says, nothing connects to what is not the public internet. A listener on every address of this machine counts.</summary>
public sealed class ForbiddenEndpointTests
{
    private const string Forbidden = "endpoint_forbidden";

    /// <summary>Every form that reaches this machine or another private one; PORT is the listener's.</summary>
    public static TheoryData<string> Addresses { get; } =
    [
        "http://127.0.0.1:PORT/", "http://0x7f000001:PORT/", "http://2130706433:PORT/", "http://017700000001:PORT/", "http://127.1:PORT/", "http://127.255.255.254:PORT/",
        "http://0:PORT/", "http://0.0.0.0:PORT/", "http://[::]:PORT/", "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://[::ffff:7f00:1]:PORT/",
        "http://[::127.0.0.1]:PORT/", "http://[::ffff:0:127.0.0.1]:PORT/", "http://[64:ff9b::7f00:1]:PORT/", "http://[64:ff9b::a9fe:a9fe]:PORT/", "http://[64:ff9b:1::7f00:1]:PORT/",
        "http://[2002:7f00:1::]:PORT/", "http://[2002:a9fe:a9fe::]:PORT/", "http://[2001:0:7f00:1::]:PORT/", "http://[fec0::1]:PORT/", "http://[fd00::1]:PORT/",
        "http://[fd00:ec2::254]:PORT/", "http://[fe80::1]:PORT/", "http://[ff02::1]:PORT/", "http://①②⑦.⓪.⓪.①:PORT/", "http://127。0。0。1:PORT/",
        "http://169.254.169.254:PORT/", "http://0251.0376.0251.0376:PORT/", "http://168.63.129.16:PORT/", "http://100.100.100.200:PORT/", "http://192.0.0.192:PORT/",
        "http://10.0.0.1:PORT/", "http://172.16.0.1:PORT/", "http://192.168.0.1:PORT/", "http://224.0.0.1:PORT/", "http://255.255.255.255:PORT/", "http://198.18.0.1:PORT/",
        "http://user:pw@127.0.0.1:PORT/", "http://example.com:80@127.0.0.1:PORT/", "http://localhost:PORT/", "http://localhost.:PORT/", "http://LOCALHOST:PORT/",
    ];

    /// <summary>What a name server may say of a name, each with a private address among it.</summary>
    public static TheoryData<string> Responses { get; } =
    [
        "127.0.0.1", "93.184.215.14,127.0.0.1", "127.0.0.1,93.184.215.14", "::1", "2606:4700:4700::1111,::1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001::7f00:1", "fe80::1", "fd00::1", "0.0.0.0", "::", "169.254.169.254", "10.0.0.1", "100.64.0.1",
    ];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task No_form_of_a_private_address_is_connected_to(string address)
    {
        await using var canary = Canary();
        using var caller = Caller.Of(allowPrivate: false);

        var response = await caller.CallAsync(Caller.To(address.Replace("PORT", $"{canary.Port}", StringComparison.Ordinal)), CancellationToken.None);

        // In digits of other scripts it may be a name that nobody has.
        response.Reason().ShouldBeOneOf(Forbidden, "dns_failed");
        canary.Connections.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task No_name_leads_to_a_private_address(string addresses)
    {
        await using var canary = Canary();
        using var caller = Caller.Of(allowPrivate: false, lookup: (_, _) => Task.FromResult(Parse(addresses)));

        (await caller.CallAsync(Caller.To($"http://hook.example.com:{canary.Port}/"), CancellationToken.None)).Reason().ShouldBe(Forbidden);
        canary.Connections.ShouldBe(0);
    }

    /// <summary>When the endpoint is saved the name is public; from then on it is not.</summary>
    [Fact]
    public async Task A_name_that_was_public_when_it_was_saved_is_looked_at_again_at_every_connection()
    {
        await using var canary = Canary();
        var lookups = 0;
        Task<IPAddress[]> LookupAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult(Parse(Interlocked.Increment(ref lookups) % 1001 == 1 ? "93.184.215.14" : "127.0.0.1"));
        (await EndpointUrl.ReadAsync($"https://hook.example.com:{canary.Port}/", new EndpointGuard(allowPrivate: false, LookupAsync), CancellationToken.None))
            .ShouldBeOfType<EndpointAddress.Usable>();
        using var caller = Caller.Of(allowPrivate: false, lookup: LookupAsync);

        for (var i = 0; i < 1000; i++)
            (await caller.CallAsync(Caller.To($"http://hook.example.com:{canary.Port}/"), CancellationToken.None)).Reason().ShouldBe(Forbidden);

        lookups.ShouldBe(1001);
        canary.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var canary = Canary();
        await using var receiver = new RawReceiver($"HTTP/1.1 {status} Elsewhere\r\nLocation: http://127.0.0.1:{canary.Port}/\r\nContent-Length: 0\r\n\r\n");
        using var caller = Caller.Of();

        (await caller.CallAsync(Caller.To(receiver.Url), CancellationToken.None)).Reason().ShouldBe(WebhookFailure.Redirected);
        canary.Connections.ShouldBe(0);
    }

    /// <summary>The proxy of the process replaces HTTP_PROXY and its like, which are read once. It is only one for the name of this test, so that others running now are left alone.</summary>
    [Fact]
    public async Task No_proxy_of_the_environment_is_used()
    {
        const string Name = "only-by-proxy.example";
        await using var canary = new RawReceiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var (before, url) = (HttpClient.DefaultProxy, new Uri($"http://{Name}:{receiver.Port}/"));
        HttpClient.DefaultProxy = new ProxyFor(Name, new Uri($"http://127.0.0.1:{canary.Port}"), before);
        try
        {
            using var caller = Caller.Of(lookup: (_, _) => Task.FromResult(Parse("127.0.0.1")));
            (await caller.CallAsync(Caller.To(url), CancellationToken.None)).ShouldBeOfType<WebhookResponse.Delivered>();
            (receiver.Connections, canary.Connections).ShouldBe((1, 0));

            using var gullible = new HttpClient();
            await gullible.GetAsync(url);
            canary.Connections.ShouldBe(1, "the proxy works");
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task The_listener_counts_where_private_endpoints_are_allowed()
    {
        await using var canary = Canary();
        using var caller = Caller.Of();

        await caller.CallAsync(Caller.To($"http://127.0.0.1:{canary.Port}/"), CancellationToken.None);
        await caller.CallAsync(Caller.To($"http://[::1]:{canary.Port}/"), CancellationToken.None);

        canary.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_made_says_why()
    {
        var port = ServiceProcess.FreePort();
        using var caller = Caller.Of();
        using var nameless = Caller.Of(lookup: (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        using var waiting = Caller.Of(connect: TimeSpan.FromMilliseconds(200), lookup: async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return [];
        });

        (await caller.CallAsync(Caller.To($"http://127.0.0.1:{port}/"), CancellationToken.None)).Reason().ShouldBe("connect_failed");
        (await nameless.CallAsync(Caller.To("http://hook.example.com/"), CancellationToken.None)).Reason().ShouldBe("dns_failed");
        (await waiting.CallAsync(Caller.To("http://hook.example.com/"), CancellationToken.None)).Reason().ShouldBe(WebhookFailure.ConnectTimedOut);
    }

    private static RawReceiver Canary() => new((_, _, _) => Task.CompletedTask, everywhere: true);

    private static IPAddress[] Parse(string addresses) => [.. addresses.Split(',').Select(IPAddress.Parse)];

    private sealed class ProxyFor(string host, Uri proxy, IWebProxy otherwise) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => destination.Host == host ? proxy : otherwise.GetProxy(destination);

        public bool IsBypassed(Uri host1) => host1.Host != host && otherwise.IsBypassed(host1);
    }
}
