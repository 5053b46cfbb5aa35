using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Smtp;
using NotificationService.Storage;
using NotificationService.Testing.FakeProviders;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>Encrypted or not at all.</summary>
public sealed class SmtpTlsTests : IDisposable
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly FakeCertificates certificates = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData("starttls")]
    [InlineData("required")]
    public async Task After_STARTTLS_everything_is_asked_and_said_again_encrypted(string tls)
    {
        await using var server = new FakeSmtpServer(certificates.Server) { Offers = ["AUTH PLAIN"] };

        (await SendAsync(server, "localhost", tls)).ShouldBeOfType<ProviderResult.Accepted>();

        server.Commands.Select(command => command.Split(' ')[0]).Take(4).ShouldBe(["EHLO", "STARTTLS", "EHLO", "AUTH"]);
        server.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_is_given_neither_password_nor_message()
    {
        await using var server = new FakeSmtpServer { Offers = ["AUTH PLAIN"] };

        (await SendAsync(server, "localhost", "starttls")).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_unavailable");

        server.Commands.Select(command => command.Split(' ')[0]).ShouldBe(["EHLO"]);
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("other.example.com", true)]
    public async Task A_certificate_of_an_unknown_authority_or_for_another_name_is_refused(string host, bool trusted)
    {
        await using var server = new FakeSmtpServer(certificates.Server) { Offers = ["AUTH PLAIN"] };

        (await SendAsync(server, host, "required", trusted)).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_failed");

        server.Commands.Select(command => command.Split(' ')[0]).ShouldBe(["EHLO", "STARTTLS"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_fetched_from_where_a_certificate_points_to(bool withRoots)
    {
        await using var canary = new RawReceiver((_, _, _) => Task.CompletedTask);
        using var pointing = new FakeCertificates(TimeProvider.System.GetUtcNow(), issuerAt: canary.Url);
        await using var server = new FakeSmtpServer(pointing.Server) { Offers = ["AUTH PLAIN"] };

        (await SendAsync(server, "localhost", "required", withRoots, pointing)).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_failed");

        canary.Connections.ShouldBe(0);
    }

    /// <summary>Whoever sits in between could put a reply there that would count as said under TLS.</summary>
    [Fact]
    public async Task What_was_said_before_the_encryption_does_not_count()
    {
        await using var server = new FakeSmtpServer(certificates.Server);
        server.Script("STARTTLS", "220 go ahead\r\n250-evil.test\r\n250 AUTH PLAIN");

        (await SendAsync(server, "localhost", "required")).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("tls_failed");
    }

    [Fact]
    public void Port_465_speaks_TLS_from_the_first_byte()
    {
        Type(trusted: true).Validate(SmtpSetup.Configuration("mail.example.com", 465, "required")).ShouldBeEmpty();
        Type(trusted: true).Validate(SmtpSetup.Configuration("mail.example.com", 465, "starttls")).ShouldHaveSingleItem().Pointer.ShouldBe("/settings/tls");
    }

    private SmtpType Type(bool trusted, FakeCertificates? of = null) => new(
        // Every name is this machine here, as it would be for somebody in between.
        new EndpointGuard(allowPrivate: true, (_, _) => Task.FromResult<System.Net.IPAddress[]>([System.Net.IPAddress.Loopback])),
        new ProviderOptions { TrustedRoots = trusted ? (of ?? certificates).AuthorityFile : null }, TimeProvider.System, new PublicUrl(Value: null));

    private Task<ProviderResult> SendAsync(FakeSmtpServer server, string host, string tls, bool trusted = true, FakeCertificates? of = null) =>
        Type(trusted, of).Create(SmtpSetup.Configuration(host, server.Port, tls, "mailer", "secret")).SendAsync(
            new ProviderCall(
                NotificationId.From(Ids.Next()).Delivery(ChannelKind.Email), 1,
                new ChannelMessage.Email(new EmailAddress("ann@example.com"), "Your order", null, "It is on its way"), null, Priority.Normal, null, TimeSpan.FromSeconds(10)),
            CancellationToken.None);
}
