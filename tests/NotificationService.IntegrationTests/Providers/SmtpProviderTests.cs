using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Smtp;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What is SMTP's own: the conversation, and what each refusal in it means.</summary>
public sealed class SmtpProviderTests : IAsyncDisposable
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly FakeSmtpServer server = new();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        server.Violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FakeSmtpServer.Greeting, "421 busy", "Deferred", "smtp_421")]
    [InlineData(FakeSmtpServer.Greeting, "554 no service", "Deferred", "smtp_554")]
    [InlineData(FakeSmtpServer.Greeting, FakeSmtpServer.Cut, "Deferred", "connect_failed")]
    [InlineData(FakeSmtpServer.Greeting, "SSH-2.0-dropbear", "Deferred", "answer_broken")]
    [InlineData(FakeSmtpServer.Greeting, "220 hi\r\n250 and more", "Deferred", "answer_broken")]
    [InlineData(FakeSmtpServer.Greeting, FakeSmtpServer.Silence, "Deferred", "smtp_timeout")]
    [InlineData("EHLO", "554 no", "Deferred", "smtp_554")]
    [InlineData("AUTH", "535 5.7.8 wrong", "Deferred", "credentials_refused")]
    [InlineData("AUTH", "454 4.7.0 the directory is down", "Deferred", "smtp_454")]
    [InlineData("MAIL", "550 5.7.1 not your sender", "Deferred", "credentials_sender_refused")]
    [InlineData("MAIL", "530 5.7.0 sign in first", "Deferred", "credentials_refused")]
    [InlineData("MAIL", "452 4.3.1 full", "Deferred", "smtp_452")]
    [InlineData("MAIL", "552 5.3.4 too large", "Rejected", "smtp_552")]
    [InlineData("MAIL", FakeSmtpServer.Cut, "Deferred", "answer_broken")]
    [InlineData("RCPT", "550 5.1.1 nobody", "Rejected", "smtp_550")]
    [InlineData("RCPT", "450 4.2.0 greylisted", "Deferred", "smtp_450")]
    [InlineData("RCPT", FakeSmtpServer.Silence, "Deferred", "smtp_timeout")]
    [InlineData("DATA", "554 5.5.1 no", "Rejected", "smtp_554")]
    [InlineData("DATA", "451 4.3.0 not now", "Deferred", "smtp_451")]
    [InlineData("DATA", FakeSmtpServer.Cut, "Deferred", "answer_broken")]
    [InlineData(FakeSmtpServer.AfterMessage, "554 5.7.1 spam", "Rejected", "smtp_554")]
    [InlineData(FakeSmtpServer.AfterMessage, "451 4.3.0 try later", "Deferred", "smtp_451")]
    [InlineData(FakeSmtpServer.AfterMessage, "421 4.3.2 going down", "Deferred", "smtp_421")]
    [InlineData(FakeSmtpServer.AfterMessage, "354 what?", "Ambiguous", "answer_broken")]
    [InlineData(FakeSmtpServer.AfterMessage, FakeSmtpServer.Cut, "Ambiguous", "answer_broken")]
    [InlineData(FakeSmtpServer.AfterMessage, FakeSmtpServer.Silence, "Ambiguous", "timeout")]
    [InlineData(FakeSmtpServer.AfterMessage, "250-one\r\n250-two\r\n250 2.0.0 three", "Accepted", "")]
    public async Task Every_refusal_has_its_class_at_its_place(string moment, string reply, string result, string code)
    {
        foreach (string[] offers in (string[][])[["AUTH PLAIN"], ["AUTH LOGIN", "PIPELINING"]])
        {
            server.Offers = offers;
            server.Script(moment, reply);
            var outcome = await Provider(username: "mailer").SendAsync(Call() with { Deadline = TimeSpan.FromSeconds(reply == FakeSmtpServer.Silence ? 3 : 30) }, CancellationToken.None);
            (outcome.GetType().Name, CodeOf(outcome)).ShouldBe((result, code), string.Join(' ', offers));
        }
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 no such user", RejectionCause.Address)]
    [InlineData("RCPT", "550 5.1.10 null MX", RejectionCause.Address)]
    [InlineData("RCPT", "550-5.1.1 The account that you tried to reach\r\n550 5.1.1 does not exist", RejectionCause.Address)]
    [InlineData("RCPT", "550 5.2.1 mailbox disabled", RejectionCause.Address)]
    [InlineData(FakeSmtpServer.AfterMessage, "550 5.1.1 no such user", RejectionCause.Address)]
    [InlineData("RCPT", "550 5.7.1 blocked", RejectionCause.Message)]
    [InlineData("RCPT", "550 mailbox unavailable", RejectionCause.Message)]
    [InlineData("RCPT", "552 5.2.2 mailbox full", RejectionCause.Message)]
    [InlineData("RCPT", "550 5.1.1000 no code", RejectionCause.Message)]
    [InlineData("RCPT", "550 5.1.1: no code", RejectionCause.Message)]
    public async Task Only_what_says_that_the_address_is_dead_is_about_the_address(string moment, string reply, RejectionCause cause)
    {
        server.Script(moment, reply);

        (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(cause);
    }

    [Theory]
    [InlineData("RCPT", "450 4.2.0 greylisted", "Message")]
    [InlineData("RCPT", "451 4.7.1 greylisted, come back in five minutes", "Message")]
    [InlineData("RCPT", "450 greylisted", "Message")]
    [InlineData("RCPT", "452 4.2.2 mailbox full", "Message")]
    [InlineData("RCPT", "421 4.7.0 try again later", "Temporary")]
    [InlineData("RCPT", "452 4.3.1 no space left", "Temporary")]
    [InlineData("RCPT", "452 insufficient system storage", "Temporary")]
    [InlineData("RCPT", "451 4.4.3 the directory does not answer", "Temporary")]
    [InlineData("RCPT", "450 4.7.28 too much mail from you", "Throttled")]
    [InlineData("RCPT", "452 4.5.3 too many recipients", "Throttled")]
    [InlineData("MAIL", "451 4.7.1 not now", "Temporary")]
    [InlineData("DATA", "451 4.7.1 not now", "Temporary")]
    [InlineData(FakeSmtpServer.AfterMessage, "451 4.2.2 not now", "Temporary")]
    [InlineData("MAIL", "550 5.4.5 daily sending quota exceeded", "Throttled", 3600)]
    [InlineData("RCPT", "550 5.4.5 daily sending quota exceeded", "Throttled", 3600)]
    [InlineData(FakeSmtpServer.AfterMessage, "550-5.4.5 Daily user sending limit\r\n550 5.4.5 exceeded", "Throttled", 3600)]
    [InlineData(FakeSmtpServer.AfterMessage, "550 5.7.60 client may not send as this sender", "Credentials")]
    [InlineData(FakeSmtpServer.AfterMessage, "554 5.2.252 SendAsDenied", "Credentials")]
    [InlineData("RCPT", "550 5.7.708 traffic not accepted from this IP", "Credentials")]
    public async Task What_waits_is_the_message_the_server_or_the_account(string moment, string reply, string cause, int? seconds = null)
    {
        server.Script(moment, reply);

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Cause.ToString(), deferred.RetryAfter).ShouldBe((cause, seconds is { } wait ? TimeSpan.FromSeconds(wait) : null));
        if (deferred.Cause == DeferralCause.Credentials)
            deferred.Code.ShouldStartWith("credentials_");
    }

    [Fact]
    public async Task A_message_too_large_for_one_packet_that_breaks_off_before_its_dot_did_not_go_out()
    {
        server.Script(FakeSmtpServer.InMessage, FakeSmtpServer.Cut);
        var large = new string('x', 40_000_000);

        var outcome = await Provider().SendAsync(Call(text: large), CancellationToken.None);

        outcome.ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("answer_broken");
        server.Mails.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN", "AUTH PLAIN AG1haWxlcgBzw6ljcmV0")]
    [InlineData("AUTH LOGIN", "AUTH LOGIN", "bWFpbGVy", "c8OpY3JldA==")]
    public async Task It_signs_in_by_what_the_server_offers(string offer, params string[] commands)
    {
        (server.Offers, server.Password) = ([offer], "sécret");

        (await Provider(username: "mailer", password: "sécret").SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        server.Commands.Skip(1).Take(commands.Length).ShouldBe(commands);
    }

    /// <summary>What follows HELO's 250 are words, and no extensions.</summary>
    [Theory]
    [InlineData("500 what?")]
    [InlineData("502 5.5.1 not implemented")]
    public async Task A_server_that_knows_no_EHLO_is_greeted_by_HELO(string refusal)
    {
        server.Offers = ["PIPELINING", "SIZE 1000"];
        server.Script("EHLO", refusal);
        server.Script("HELO", "250 PIPELINING is not what I offer");

        (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        server.Commands.Take(3).ShouldBe(["EHLO [127.0.0.1]", "HELO [127.0.0.1]", "MAIL FROM:<orders@example.com>"]);
    }

    [Fact]
    public async Task Without_extensions_nobody_signs_in_and_nothing_goes_out_unencrypted()
    {
        server.Script("EHLO", "502 no", "502 no");

        var unsigned = await Provider(username: "mailer").SendAsync(Call(), CancellationToken.None);
        var plain = await Type().Create(SmtpSetup.Configuration("127.0.0.1", server.Port, "required")).SendAsync(Call(), CancellationToken.None);

        (CodeOf(unsigned), CodeOf(plain)).ShouldBe(("credentials_unsupported", "tls_unavailable"));
        server.Mails.ShouldBeEmpty();
    }

    /// <summary>Neither the machine's name nor its address in an inner network.</summary>
    [Theory]
    [InlineData(null, "https://notify.example.com/base", "notify.example.com")]
    [InlineData(null, "https://bücher.example:8443", "xn--bcher-kva.example")]
    [InlineData("mail.example.com", "https://notify.example.com", "mail.example.com")]
    [InlineData(null, "http://8.8.8.8", "[8.8.8.8]")]
    [InlineData(null, "http://[2a00:1450:4001::1]", "[IPv6:2a00:1450:4001::1]")]
    [InlineData(null, "http://10.1.2.3", "[127.0.0.1]")]
    [InlineData(null, "http://[fd00::1]", "[127.0.0.1]")]
    [InlineData(null, "http://localhost:8080", "[127.0.0.1]")]
    [InlineData(null, null, "[127.0.0.1]")]
    public async Task EHLO_names_the_public_host(string? setting, string? publicUrl, string name)
    {
        var type = Type(new ProviderOptions { SmtpName = setting }, publicUrl: publicUrl);

        (await type.Create(SmtpSetup.Configuration("127.0.0.1", server.Port)).SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        await type.TestAsync(SmtpSetup.Configuration("127.0.0.1", server.Port), CancellationToken.None);

        server.Commands.Where(command => command.StartsWith("EHLO", StringComparison.Ordinal)).ShouldBe([$"EHLO {name}", $"EHLO {name}"]);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("mailer")]
    [InlineData("a.b\r\nMAIL FROM:<x@y.zz>")]
    [InlineData("mäil.example.com")]
    public void A_name_that_is_none_stops_the_start(string setting) =>
        Should.Throw<InvalidOperationException>(() => Type(new ProviderOptions { SmtpName = setting })).Message.ShouldContain("Notification__Providers__SmtpName");

    [Theory]
    [InlineData("AUTH PLAIN")]
    [InlineData("AUTH LOGIN")]
    public async Task A_wrong_password_is_distinguished(string offer)
    {
        server.Offers = [offer];

        (await Provider(username: "mailer", password: "wrong").SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("credentials_refused");
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_no_sign_in_is_offered_that_it_knows_the_password_is_not_sent()
    {
        server.Offers = ["AUTH CRAM-MD5 GSSAPI"];

        (await Provider(username: "mailer").SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("credentials_unsupported");

        server.Commands.ShouldAllBe(command => command.StartsWith("EHLO"));
    }

    [Fact]
    public async Task A_refused_recipient_leaves_the_connection_fit_for_the_next_message()
    {
        foreach (string[] offers in (string[][])[[], ["PIPELINING"]])
        {
            server.Offers = offers;
            server.Script("RCPT", "550 nobody");
            if (offers.Length > 0)
                server.Script("DATA", "554 no valid recipients"); // asked together with the recipient
            var (provider, before) = (Provider(), server.Connections);

            (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("smtp_550");
            (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
            (server.Connections - before).ShouldBe(1);
        }
    }

    /// <summary>An empty message would get it out of that, and might be delivered to somebody.</summary>
    [Fact]
    public async Task A_server_that_wants_the_message_in_spite_of_a_refusal_is_left()
    {
        server.Offers = ["PIPELINING"];
        server.Script("RCPT", "550 nobody");
        server.Script("DATA", "354 go on");
        var provider = Provider();

        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("smtp_550");
        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        (server.Connections, server.Mails.Count).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_connection_that_died_in_the_pool_costs_nobody_anything()
    {
        var provider = Provider();
        foreach (var reply in new[] { FakeSmtpServer.Cut, "421 4.4.2 you were too quiet", "500 what?" })
        {
            (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
            server.Script("RSET", reply);
            (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        }

        server.Mails.Count.ShouldBe(6);
        server.Connections.ShouldBe(4);
    }

    [Fact]
    public async Task It_has_no_more_connections_than_it_may_and_closes_them_when_nobody_needs_them()
    {
        var time = new ManualTime();
        var provider = Provider(options: new ProviderOptions { MaxSmtpConnections = 3 }, time: time);

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => provider.SendAsync(Call(), CancellationToken.None)));
        results.ShouldAllBe(result => result is ProviderResult.Accepted);
        server.Connections.ShouldBeInRange(1, 3);
        time.Advance(TimeSpan.FromSeconds(11));

        await Eventually.TrueAsync(() => server.Commands.Count(command => command == "QUIT") == server.Connections, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task When_every_connection_is_in_use_until_the_deadline_the_message_waits()
    {
        var provider = Provider(options: new ProviderOptions { MaxSmtpConnections = 1 });
        server.Script(FakeSmtpServer.AfterMessage, FakeSmtpServer.Silence);

        using var enough = new CancellationTokenSource();
        var first = provider.SendAsync(Call() with { Deadline = TimeSpan.FromSeconds(60) }, enough.Token);
        await Eventually.TrueAsync(() => server.Mails.Count == 1, TimeSpan.FromSeconds(90));
        var second = await provider.SendAsync(Call() with { Deadline = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        await enough.CancelAsync();

        second.ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("smtp_busy");
        (await first).ShouldBeOfType<ProviderResult.Ambiguous>();
    }

    [Fact]
    public async Task A_test_signs_in_and_names_the_sender_but_nobody()
    {
        server.Offers = ["AUTH PLAIN"];
        server.Script("MAIL", "553 5.7.1 not your sender, orders@example.com");

        var tested = await Type().TestAsync(SmtpSetup.Configuration("127.0.0.1", server.Port, "none", "mailer", "secret"), CancellationToken.None);

        tested.ShouldBe(new ProviderTestResult(false, "the SMTP server refused the sender with 553: 5.7.1 not your sender, [address]"));
        server.Commands.ShouldContain(command => command.StartsWith("AUTH"));
        server.Commands.ShouldAllBe(command => !command.StartsWith("RCPT") && !command.StartsWith("DATA"));
    }

    [Theory]
    [InlineData("ann@example.com>\r\nRCPT TO:<eve@example.com")]
    [InlineData("ann@example.com>")]
    [InlineData("ann example@example.com")]
    [InlineData("ann\u0001@example.com")]
    [InlineData("no-address")]
    [InlineData("")]
    public async Task An_address_that_could_be_read_as_more_never_reaches_the_conversation(string address)
    {
        (await Provider().SendAsync(Call(address), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("recipient_invalid");

        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_domain_goes_out_in_ASCII_and_a_mailbox_beyond_it_only_where_the_server_takes_it()
    {
        (await Provider().SendAsync(Call("ann@bücher.example"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        var refused = (await Provider().SendAsync(Call("änn@example.com"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>();
        (refused.Code, refused.Cause).ShouldBe(("smtputf8_unsupported", RejectionCause.Provider), "another server may offer it");
        server.Offers = ["SMTPUTF8"];
        (await Provider().SendAsync(Call("änn@example.com"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        server.Mails.SelectMany(mail => mail.To).ShouldBe(["ann@xn--bcher-kva.example", Latin1("änn@example.com")]);
        server.Commands.ShouldContain("MAIL FROM:<orders@example.com> SMTPUTF8");
    }

    private static string Latin1(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static SmtpType Type(ProviderOptions? options = null, TimeProvider? time = null, string? publicUrl = null) =>
        new(new EndpointGuard(allowPrivate: true), options ?? new ProviderOptions(), time ?? TimeProvider.System, new PublicUrl(publicUrl is null ? null : new Uri(publicUrl)));

    private IProvider Provider(string? username = null, string password = "secret", ProviderOptions? options = null, TimeProvider? time = null) =>
        Type(options, time).Create(SmtpSetup.Configuration("127.0.0.1", server.Port, "none", username, password));

    private static ProviderCall Call(string address = "ann@example.com", string text = "It is on its way") => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.Email), 1,
        new ChannelMessage.Email(new EmailAddress(address), "Your order", null, text), null, Priority.Normal, null, TimeSpan.FromSeconds(10));

    private static string CodeOf(ProviderResult result) => result switch
    {
        ProviderResult.Rejected rejected => rejected.Code,
        ProviderResult.Deferred deferred => deferred.Code,
        ProviderResult.Ambiguous ambiguous => ambiguous.Code,
        _ => "",
    };
}
