using System.Net;
using System.Net.Sockets;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What a vendor does with a message, in words that hold for HTTP and SMTP alike.</summary>
public enum VendorDoes
{
    /// <summary>Refuses this message for ever.</summary>
    Refuse,

    /// <summary>Refuses it for now.</summary>
    Defer,

    /// <summary>Refuses it because too much came at once.</summary>
    Throttle,

    /// <summary>Refuses who we are.</summary>
    RefuseCredentials,

    /// <summary>Refuses it because nobody is at that address.</summary>
    RefuseAddress,

    /// <summary>Takes all of it and resets the connection.</summary>
    ResetAfterAll,

    /// <summary>Takes all of it and says nothing.</summary>
    FallSilent,

    /// <summary>Takes all of it and answers what is no response.</summary>
    TalkNonsense,

    /// <summary>Takes all of it and begins a response that does not end.</summary>
    DripOrFlood,
}

/// <summary>What every provider type that calls a vendor promises besides, on a real connection.</summary>
public abstract class VendorConformance : ProviderConformance
{
    /// <summary>Where the deadline is to come, and only after the vendor was reached.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(4);

    /// <summary>Secrets of <see cref="ProviderConformance.Configuration"/>: none may ever be read in an outcome.</summary>
    protected abstract IReadOnlyList<string> Secrets { get; }

    /// <summary>The next message gets this.</summary>
    protected abstract void Next(VendorDoes what);

    /// <summary>Whether the vendor says that too much came at once in a way of its own.</summary>
    protected virtual bool Throttles => true;

    /// <summary>Whether the vendor says at once that an address is dead, and not only later.</summary>
    protected virtual bool KnowsDeadAddresses => true;

    /// <summary>Connections that the vendor has seen.</summary>
    protected abstract int Connections { get; }

    protected sealed override IProviderType Type => MakeType(new EndpointGuard(allowPrivate: true));

    protected abstract IProviderType MakeType(EndpointGuard guard);

    /// <summary>The configuration for a vendor elsewhere.</summary>
    protected abstract ProviderConfiguration At(string host, int port);

    [Fact]
    public async Task A_refusal_for_ever_is_rejected()
    {
        Next(VendorDoes.Refuse);

        var rejected = (await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Rejected>();

        rejected.Code.ShouldNotBeNullOrEmpty();
        ShowsNothing(rejected.Message);
    }

    [Fact]
    public async Task A_refusal_for_now_is_deferred()
    {
        Next(VendorDoes.Defer);

        ShowsNothing((await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>().Message);
    }

    [Fact]
    public async Task Refused_credentials_are_not_the_messages_fault()
    {
        Next(VendorDoes.RefuseCredentials);

        var deferred = (await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>();

        deferred.Code.ShouldStartWith("credentials_");
        deferred.Cause.ShouldBe(DeferralCause.Credentials);
        ShowsNothing(deferred.Message);
    }

    [Fact]
    public async Task Too_much_at_once_slows_the_provider_down()
    {
        if (!Throttles)
            return;
        Next(VendorDoes.Throttle);

        var deferred = (await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>();

        deferred.Cause.ShouldBe(DeferralCause.Throttled);
        ShowsNothing(deferred.Message);
    }

    [Fact]
    public async Task An_address_where_nobody_is_is_distinguished()
    {
        if (!KnowsDeadAddresses)
            return;
        Next(VendorDoes.RefuseAddress);

        var rejected = (await SendAsync(Type.Create(Configuration), Call())).ShouldBeOfType<ProviderResult.Rejected>();

        rejected.Cause.ShouldBe(RejectionCause.Address);
        ShowsNothing(rejected.Message);
    }

    [Theory]
    [InlineData(VendorDoes.ResetAfterAll, "answer_broken")]
    [InlineData(VendorDoes.FallSilent, "timeout")]
    [InlineData(VendorDoes.TalkNonsense, "answer_broken")]
    public async Task Once_all_was_handed_over_no_usable_response_is_ambiguous(VendorDoes what, string code)
    {
        Next(what);
        var call = Call(For(what));

        var result = await SendAsync(Type.Create(Configuration), call);

        result.ShouldBeOfType<ProviderResult.Ambiguous>().Code.ShouldBe(code);
        (await ReachedAsync()).ShouldBe([call.Delivery.Value.ToString()]);
    }

    [Fact]
    public async Task A_response_without_end_ends_with_the_deadline()
    {
        Next(VendorDoes.DripOrFlood);

        var result = await SendAsync(Type.Create(Configuration), Call(Short));

        result.ShouldNotBeOfType<ProviderResult.Rejected>();
    }

    [Theory]
    [InlineData(VendorDoes.Refuse)]
    [InlineData(VendorDoes.Defer)]
    [InlineData(VendorDoes.ResetAfterAll)]
    [InlineData(VendorDoes.FallSilent)]
    [InlineData(VendorDoes.TalkNonsense)]
    [InlineData(VendorDoes.DripOrFlood)]
    public async Task After_a_failure_the_next_message_goes_out(VendorDoes what)
    {
        var provider = Type.Create(Configuration);
        await SendAsync(provider, Call());
        Next(what);
        await SendAsync(provider, Call(For(what)));

        (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Accepted>();
    }

    private static TimeSpan For(VendorDoes what) => what is VendorDoes.FallSilent or VendorDoes.DripOrFlood ? Short : Ample;

    [Fact]
    public async Task One_message_after_another_goes_over_one_connection()
    {
        var provider = Type.Create(Configuration);
        for (var i = 0; i < 20; i++)
            (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Accepted>();

        Connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_once_it_was_handed_over_is_ambiguous()
    {
        Next(VendorDoes.FallSilent);
        using var cancelling = new CancellationTokenSource();

        var sending = Type.Create(Configuration).SendAsync(Call(), cancelling.Token);
        await Eventually.TrueAsync(async () => (await ReachedAsync()).Count == 1, Ample);
        await cancelling.CancelAsync();

        (await sending).ShouldBeOfType<ProviderResult.Ambiguous>().Code.ShouldBe("interrupted");
    }

    [Fact]
    public async Task Where_nobody_listens_the_message_waits()
    {
        var provider = Type.Create(At("127.0.0.1", ServiceProcess.FreePort()));

        (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("connect_failed");
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_distinguished()
    {
        var provider = Type.Create(At("nowhere.invalid", 2525));

        (await SendAsync(provider, Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("dns_failed");
    }

    /// <summary>The name resolved to a public address when the configuration was checked, and by now to this machine's own, alone or among others.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.215.14", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task A_private_address_is_refused_at_the_moment_of_connecting(params string[] addresses)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var configuration = At("rebound.example.com", ((IPEndPoint)listener.LocalEndpoint).Port);
        var type = MakeType(new EndpointGuard(allowPrivate: false, (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray())));
        type.Validate(configuration).ShouldBeEmpty();

        (await SendAsync(type.Create(configuration), Call())).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("endpoint_forbidden");

        listener.Pending().ShouldBeFalse();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("metadata.google.internal")]
    [InlineData("169.254.169.254")]
    [InlineData("0x7f.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:10.0.0.1]")]
    public void A_private_address_is_refused_in_a_configuration(string host) =>
        MakeType(new EndpointGuard(allowPrivate: false)).Validate(At(host, 2525)).Select(error => error.Code).Distinct().ShouldBe(["url_address_forbidden"]);

    [Fact]
    public async Task A_test_says_in_words_what_is_wrong()
    {
        var tested = await Type.TestAsync(At("127.0.0.1", ServiceProcess.FreePort()), CancellationToken.None);

        tested.Ok.ShouldBeFalse();
        tested.Message.ShouldContain("connection");
    }

    [Fact]
    public void A_configuration_does_not_show_its_secrets_in_words()
    {
        foreach (var secret in Secrets)
            Configuration.ToString().ShouldNotContain(secret);
    }

    [Theory]
    [InlineData(VendorDoes.Refuse)]
    [InlineData(VendorDoes.Defer)]
    [InlineData(VendorDoes.RefuseCredentials)]
    [InlineData(VendorDoes.ResetAfterAll)]
    [InlineData(VendorDoes.TalkNonsense)]
    public async Task Whatever_is_written_of_an_outcome_shows_no_secret(VendorDoes what)
    {
        Next(what);
        var provider = Type.Create(Configuration);

        var written = $"{await SendAsync(provider, Call(Short))} {provider} {Type} {await Type.TestAsync(Configuration, CancellationToken.None)}";

        foreach (var secret in Secrets)
            written.ShouldNotContain(secret);
    }

    protected void ShowsNothing(string message)
    {
        message.Length.ShouldBeLessThanOrEqualTo(500);
        message.ShouldNotContain("ann@example.com");
        message.ShouldNotContain("4155550100");
        foreach (var secret in Secrets)
            message.ShouldNotContain(secret);
    }
}
