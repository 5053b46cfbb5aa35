using System.Globalization;
using NotificationService.Channels;
using NotificationService.IntegrationTests.Webhooks;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>
/// What every provider type that speaks HTTP promises besides, against a server that keeps the vendor's contract: it
/// refuses whatever request the vendor would refuse for its form.
/// </summary>
public abstract class HttpVendorConformance : VendorConformance, IAsyncLifetime
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private FakeHttpProvider? vendor;

    protected FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    protected abstract FakeContract Contract { get; }

    protected abstract IProviderType MakeType(EndpointGuard guard, ProviderOptions options, TimeProvider clock);

    /// <summary>The configuration for a vendor at this base address.</summary>
    protected abstract ProviderConfiguration At(Uri baseUrl);

    /// <summary>The vendor's error for this, with these words in it.</summary>
    protected abstract FakeResponse Error(VendorDoes what, string words);

    /// <summary>The status with which the vendor takes a message.</summary>
    protected abstract int AcceptedStatus { get; }

    /// <summary>Whether <see cref="AcceptedStatus"/> alone says that the message was taken, whatever the body; else the body has to name the message.</summary>
    protected virtual bool StatusIsTheAcceptance => false;

    protected sealed override ProviderConfiguration Configuration => At(Vendor.BaseUrl);

    protected sealed override ProviderConfiguration At(string host, int port) => At(new Uri($"http://{host}:{port}"));

    protected sealed override IProviderType MakeType(EndpointGuard guard) => MakeType(guard, new ProviderOptions(), TimeProvider.System);

    protected sealed override int Connections => Vendor.Calls.Select(call => call.Connection).Distinct().Count();

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync(contract: Contract);

    /// <summary>Whatever a test does, no request may break the vendor's rules.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Vendor.DisposeAsync();
        Vendor.Violations.ShouldBeEmpty();
    }

    protected sealed override Task<IReadOnlyList<string>> ReachedAsync() =>
        Task.FromResult<IReadOnlyList<string>>([.. Vendor.Calls.Select(call => call.Delivery)]);

    protected sealed override void Next(VendorDoes what) => Vendor.Script(what switch
    {
        VendorDoes.ResetAfterAll => FakeResponse.Reset,
        VendorDoes.FallSilent => FakeResponse.Never,
        VendorDoes.TalkNonsense => FakeResponse.Garbage,
        VendorDoes.DripOrFlood => FakeResponse.SlowDrip(500),
        _ => Error(what, $"no, ann@example.com, +14155550100, {string.Join(' ', Secrets)}"),
    });

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Sat, 21 Nov 2026 12:02:00 GMT", 120)]
    [InlineData("1000000000", 3600)]
    [InlineData("Sat, 21 Nov 2026 11:59:00 GMT", null)]
    [InlineData("soon", null)]
    public async Task A_429_waits_as_long_as_Retry_After_says_in_seconds_or_by_date_and_at_most_an_hour(string header, int? seconds)
    {
        Vendor.Script(FakeResponse.Status(429, "", ("Retry-After", header)));

        var deferred = (await SendAsync(Timed().Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>();

        deferred.Cause.ShouldBe(DeferralCause.Throttled);
        deferred.RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task A_5xx_is_temporary_whatever_its_body(int status)
    {
        var provider = Type.Create(Configuration);
        foreach (var body in (string[])["", "{}", "[]", "{\"errors\":[1]}", "{\"error\":{\"mess", "{\"code\":\"x\"}", "<html><body>Bad gateway</body></html>", "\0\uFFFF", "{\"code\":\"\\ud800\",\"message\":\"\\ud800\"}"])
        {
            Vendor.Script(FakeResponse.Status(status, body));
            var deferred = (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Deferred>(body);
            (deferred.Code, deferred.Cause).ShouldBe(($"http_{status}", DeferralCause.Temporary), body);
        }
    }

    [Fact]
    public async Task A_refusal_that_nobody_has_a_class_for_loses_nothing()
    {
        var provider = Type.Create(Configuration);
        foreach (var status in (int[])[402, 409, 418, 451])
        {
            Vendor.Script(FakeResponse.Status(status, "<html>a proxy's page</html>"));
            (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Deferred>(status.ToString(CultureInfo.InvariantCulture)).Code.ShouldBe($"http_{status}");
        }
    }

    [Fact]
    public async Task Once_there_is_a_status_a_broken_or_endless_body_does_not_matter()
    {
        var provider = Type.Create(Configuration);
        var drips = TimeSpan.FromSeconds(4);
        foreach (var (response, deadline) in ((FakeResponse, TimeSpan)[])[(FakeResponse.HalfABody(503), Ample), (FakeResponse.Huge(500, 20_000_000), Ample), (FakeResponse.SlowDrip(503), drips)])
        {
            Vendor.Script(response);
            (await SendAsync(provider, Call(deadline))).ShouldBeOfType<ProviderResult.Deferred>(response.ToString()).Code.ShouldStartWith("http_50");
        }
    }

    /// <summary>A captive portal, a proxy's page or a cut connection must not make a lost message look sent.</summary>
    [Fact]
    public async Task A_success_that_does_not_say_that_the_message_was_taken_is_ambiguous()
    {
        var provider = Type.Create(Configuration);
        string[] bodies =
        [
            "", "{}", "[]", "null", "7", "\"queued\"", "<html><body>Log in to our network</body></html>", "{\"name\":\"proj", "{\"messages\":[{\"id\":\"wam", "\0\uFFFF",
            "{\"name\":5,\"sid\":5,\"messages\":[]}", "{\"name\":\"\",\"sid\":\"\",\"messages\":[{\"id\":\"\"}]}", "{\"name\":\" \",\"sid\":\" \",\"messages\":[{\"id\":\" \"}]}",
            "{\"name\":\"\\ud800\",\"sid\":\"\\ud800\",\"messages\":[{\"id\":\"\\ud800\"}]}", "{\"messages\":{\"id\":\"x\"}}", "{\"messages\":[7]}", "{\"messages\":[{}]}",
        ];
        foreach (var status in (int[])[200, 201, 202, 203, 206])
        {
            foreach (var body in bodies)
                await IsAmbiguousAsync(provider, status, FakeResponse.Status(status, body), Ample);
            // Each over a connection of its own: the one before may be on its way to being closed.
            foreach (var response in (FakeResponse[])[FakeResponse.HalfABody(status), FakeResponse.Huge(status, 2_000_000)])
                await IsAmbiguousAsync(Type.Create(Configuration), status, response, Ample);
        }

        await IsAmbiguousAsync(provider, 204, FakeResponse.Status(204), Ample);
        await IsAmbiguousAsync(Type.Create(Configuration), AcceptedStatus, FakeResponse.SlowDrip(AcceptedStatus), TimeSpan.FromSeconds(4));
    }

    private async Task IsAmbiguousAsync(IProvider provider, int status, FakeResponse response, TimeSpan deadline)
    {
        Vendor.Script(response);
        var result = await SendAsync(provider, Call(deadline));
        if (StatusIsTheAcceptance && status == AcceptedStatus)
        {
            result.ShouldBeOfType<ProviderResult.Accepted>(response.ToString());
            return;
        }

        var ambiguous = result.ShouldBeOfType<ProviderResult.Ambiguous>(response.ToString());
        ambiguous.Code.ShouldBe("answer_broken");
        ShowsNothing(ambiguous.Message);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed_so_that_the_credentials_stay_here(int status)
    {
        await using var elsewhere = await FakeHttpProvider.StartAsync(contract: Contract);
        Vendor.Script(FakeResponse.Status(status, "", ("Location", new Uri(elsewhere.BaseUrl, "away").ToString())));

        (await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe($"http_{status}");

        elsewhere.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/proxy/eu")]
    [InlineData("/proxy/eu/")]
    public async Task A_path_of_the_base_address_stays(string path)
    {
        (await SendAsync(Type.Create(At(new Uri(Vendor.BaseUrl, path))), Call())).ShouldBeOfType<ProviderResult.Accepted>();

        Vendor.Calls.Single().Path.ShouldStartWith("/proxy/eu/");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_one_of_a_trusted_authority_taken()
    {
        using var certificates = new FakeCertificates(TimeProvider.System.GetUtcNow());
        await using var secure = await FakeHttpProvider.StartAsync(certificate: certificates.Server, contract: Contract);
        var configuration = At(new Uri($"https://localhost:{secure.BaseUrl.Port}"));
        var guard = new EndpointGuard(allowPrivate: true);

        (await SendAsync(Type.Create(configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_failed");
        secure.Calls.ShouldBeEmpty();
        var trusting = MakeType(guard, new ProviderOptions { TrustedRoots = certificates.AuthorityFile }, TimeProvider.System);
        (await SendAsync(trusting.Create(configuration), Call())).ShouldBeOfType<ProviderResult.Accepted>();
    }

    /// <summary>Where an issuer's certificate may be fetched is said by whoever owns the server: it may be anywhere in the network this service runs in.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_fetched_from_where_a_certificate_points_to(bool withRoots)
    {
        await using var canary = new RawReceiver((_, _, _) => Task.CompletedTask);
        using var certificates = new FakeCertificates(TimeProvider.System.GetUtcNow(), issuerAt: canary.Url);
        await using var secure = new TlsReceiver(certificates.ServerAlone, "");
        var type = MakeType(new EndpointGuard(allowPrivate: true), new ProviderOptions { TrustedRoots = withRoots ? certificates.AuthorityFile : null }, TimeProvider.System);

        (await SendAsync(type.Create(At(secure.Url)), Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_failed");

        canary.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("ftp://example.com")]
    [InlineData("example.com")]
    [InlineData("https://user:pass@example.com")]
    [InlineData("https://example.com?x=1")]
    [InlineData("https://example.com#x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://aא.example")]
    public void A_base_address_is_plain_http_or_https(string url) =>
        Type.Validate(Configuration with { Settings = With(Configuration, "baseUrl", $"\"{url}\"") }).ShouldHaveSingleItem().Pointer.ShouldBe("/settings/baseUrl");

    [Fact]
    public async Task The_vendor_is_given_nothing_that_nobody_asked_for()
    {
        await SendAsync(Type.Create(Configuration), Call());

        var headers = Vendor.Calls.Single().Headers.Keys;
        headers.Where(name => name is not ("Authorization" or "Content-Type" or "Content-Length" or "Host" or "User-Agent" or "Accept")).ShouldBeEmpty();
    }

    /// <summary>Vendors ask for both, and some turn away whoever names no client.</summary>
    [Fact]
    public async Task Every_request_names_the_product_with_its_version_and_what_it_reads()
    {
        await SendAsync(Type.Create(Configuration), Call());
        await Type.TestAsync(Configuration, CancellationToken.None);

        Vendor.Asked.ShouldNotBeEmpty();
        foreach (var request in Vendor.Calls.Concat(Vendor.Asked))
        {
            request.Headers.GetValueOrDefault("User-Agent", "").ShouldMatch(@"^NotificationService/\d+\.\d+\.\d+\S*( |$)", request.Path);
            request.Headers.GetValueOrDefault("Accept").ShouldBe("application/json", request.Path);
        }
    }

    private IProviderType Timed() => MakeType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), time);
}
