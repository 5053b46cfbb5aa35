using System.Text;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Smtp;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>Against a server that takes one command after another.</summary>
public sealed class SmtpConformanceTests() : SmtpConformance("AUTH PLAIN LOGIN");

/// <summary>Against a server that takes several commands at once.</summary>
public sealed class PipeliningSmtpConformanceTests() : SmtpConformance("AUTH LOGIN", "PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8");

public abstract class SmtpConformance : VendorConformance, IAsyncLifetime
{
    private const string Password = "a-secret-that-nobody-may-see";

    private readonly FakeSmtpServer server;

    protected SmtpConformance(params string[] offers) => server = new FakeSmtpServer { Offers = offers, Password = Password };

    protected override IProviderType MakeType(EndpointGuard guard) => new SmtpType(guard, new ProviderOptions(), TimeProvider.System, new PublicUrl(Value: null));

    protected override ChannelKind Channel => ChannelKind.Email;

    protected override ProviderConfiguration Configuration => At("127.0.0.1", server.Port);

    protected override IReadOnlyList<string> Secrets => [Password, Convert.ToBase64String(Encoding.ASCII.GetBytes(Password)), Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0mailer\0{Password}"))];

    protected override int Connections => server.Connections;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Whatever a test does, the conversation keeps the protocol.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await server.DisposeAsync();
        server.Violations.ShouldBeEmpty();
    }

    protected override Task<IReadOnlyList<string>> ReachedAsync() =>
        Task.FromResult<IReadOnlyList<string>>([.. server.Mails.Select(mail => mail.Header("Message-ID").Trim('<', '>').Split('@')[0])]);

    protected override ProviderConfiguration At(string host, int port) => SmtpSetup.Configuration(host, port, "none", "mailer", Password);

    protected override void Next(VendorDoes what)
    {
        switch (what)
        {
            case VendorDoes.Refuse:
                server.Script("RCPT", $"550 5.7.1 no mail for ann@example.com from you, {Password.Length} tried");
                break;
            case VendorDoes.Defer:
                server.Script("RCPT", "451 4.7.1 come back later, ann@example.com");
                break;
            case VendorDoes.Throttle:
                server.Script("RCPT", "450 4.7.28 too much mail from you, ann@example.com");
                break;
            case VendorDoes.RefuseAddress:
                server.Script("RCPT", "550 5.1.1 <ann@example.com>: no such user here");
                break;
            case VendorDoes.RefuseCredentials:
                server.Script("AUTH", $"535 5.7.8 {string.Join(' ', Secrets)} is wrong");
                break;
            case VendorDoes.ResetAfterAll:
                server.Script(FakeSmtpServer.AfterMessage, FakeSmtpServer.Cut);
                break;
            case VendorDoes.FallSilent:
                server.Script(FakeSmtpServer.AfterMessage, FakeSmtpServer.Silence);
                break;
            case VendorDoes.TalkNonsense:
                server.Script(FakeSmtpServer.AfterMessage, "HTTP/1.1 400 Bad Request");
                break;
            case VendorDoes.DripOrFlood:
                server.Script(FakeSmtpServer.AfterMessage, FakeSmtpServer.Drip);
                break;
        }
    }
}
