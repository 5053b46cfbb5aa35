using FsCheck;
using FsCheck.Fluent;
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

/// <summary>
/// A conversation serves the next message only when every command was answered (RFC 5321 §4.5.3.2, RFC 2920 §3.1): out of step, a server would take
/// the next recipient's commands for this one's text.
/// </summary>
public sealed class SmtpStepTests : IAsyncDisposable
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly FakeSmtpServer server = new() { Offers = ["PIPELINING"] };
    private int sent;
    private int lookedAt;

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        server.Violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("MAIL", true)]
    [InlineData("RCPT", true)]
    [InlineData("DATA", true)]
    [InlineData("RSET", true)]
    [InlineData("MAIL", false)]
    [InlineData("RCPT", false)]
    [InlineData("DATA", false)]
    [InlineData(FakeSmtpServer.AfterMessage, true)]
    public async Task After_a_time_out_with_replies_outstanding_the_next_message_goes_over_another_connection(string moment, bool pipelines)
    {
        server.Offers = pipelines ? ["PIPELINING"] : [];
        var provider = Provider();
        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        server.Script(moment, FakeSmtpServer.Hold);

        (await provider.SendAsync(Call(TimeSpan.FromSeconds(2)), CancellationToken.None)).ShouldNotBeOfType<ProviderResult.Accepted>();
        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        server.Release();
        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        server.Connections.ShouldBe(2);
        NobodyGotAnothers();
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task A_call_that_is_cancelled_with_replies_outstanding_takes_its_connection_along(string moment)
    {
        var provider = Provider();
        server.Script(moment, FakeSmtpServer.Hold);
        using var cancelling = new CancellationTokenSource();

        var sending = provider.SendAsync(Call(), cancelling.Token);
        await Eventually.TrueAsync(() => server.Commands.Any(command => command.StartsWith(moment, StringComparison.Ordinal)), TimeSpan.FromSeconds(90));
        await cancelling.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);
        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        server.Release();

        server.Connections.ShouldBe(2);
        NobodyGotAnothers();
    }

    /// <summary>Replies that no such command can have, one too many, or more than anybody can mean: what else is on its way nobody knows.</summary>
    [Theory]
    [InlineData("MAIL", "250 ok\r\n250 ok")]
    [InlineData("RCPT", "250 ok\r\n250 ok")]
    [InlineData("MAIL", "354 go on")]
    [InlineData("RCPT", "354 go on")]
    [InlineData("MAIL", "220 hello")]
    [InlineData("DATA", "250 ok")]
    [InlineData("DATA", "220 ok")]
    [InlineData(FakeSmtpServer.AfterMessage, "354 go on")]
    [InlineData(FakeSmtpServer.AfterMessage, "250 queued\r\n250 queued")]
    [InlineData("RCPT", "199 what?")]
    [InlineData("RCPT", "421 4.3.2 going down")]
    [InlineData("RCPT", "4x1 what?")]
    [InlineData("RCPT", "5000000")]
    [InlineData("RCPT", "long line")]
    [InlineData("RCPT", "many lines")]
    public async Task After_a_reply_that_fits_nothing_the_next_message_goes_over_another_connection(string moment, string reply)
    {
        foreach (string[] offers in (string[][])[["PIPELINING"], []])
        {
            server.Offers = offers;
            var (provider, before) = (Provider(), server.Connections);
            server.Script(moment, reply switch
            {
                "long line" => $"250 {new string('x', 10_000)}",
                "many lines" => $"{string.Concat(Enumerable.Repeat("250-more\r\n", 500))}250 end",
                _ => reply,
            });

            await provider.SendAsync(Call(), CancellationToken.None);
            (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

            (server.Connections - before).ShouldBe(2, string.Join(' ', offers));
            NobodyGotAnothers();
        }
    }

    /// <summary>Whatever a server says at whatever moment, a mail has its own recipient and its own text, and the message after the next goes out.</summary>
    [Fact]
    public async Task Whatever_the_replies_nobody_gets_anothers_message()
    {
        var moments = Gen.Elements("RSET", "MAIL", "RCPT", "DATA", FakeSmtpServer.InMessage, FakeSmtpServer.AfterMessage);
        var replies = Gen.Elements(
            "250 ok", "250 ok\r\n250 ok", "354 go on", "354 go on\r\n250 ok", "550 5.1.1 nobody", "450 4.2.0 later", "421 bye", "421 bye\r\n421 bye", "220 hi", "500 what?", "599",
            "rubbish", "250-one\r\n550 two", FakeSmtpServer.Cut);
        foreach (var script in moments.Zip(replies).ListOf(3).Sample(150, 10))
        {
            foreach (string[] offers in (string[][])[["PIPELINING"], []])
            {
                server.Offers = offers;
                var provider = Provider();
                foreach (var (moment, reply) in script)
                    server.Script(moment, moment == FakeSmtpServer.InMessage && reply != FakeSmtpServer.Cut ? "" : reply);
                for (var i = 0; i < 4; i++)
                    await provider.SendAsync(Call(), CancellationToken.None);
                NobodyGotAnothers();
            }
        }
    }

    private void NobodyGotAnothers()
    {
        foreach (var mail in server.Mails.Skip(lookedAt))
        {
            lookedAt++;
            var text = mail.Body.Trim();
            mail.To.ShouldBe([$"{text}@example.com"]);
            mail.Header("To").ShouldBe($"{text}@example.com");
        }
    }

    private IProvider Provider() => new SmtpType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System, new PublicUrl(Value: null))
        .Create(SmtpSetup.Configuration("127.0.0.1", server.Port));

    /// <summary>Whom it is for stands in its text.</summary>
    private ProviderCall Call(TimeSpan? deadline = null)
    {
        var name = $"person-{++sent}";
        return new(
            NotificationId.From(Ids.Next()).Delivery(ChannelKind.Email), 1, new ChannelMessage.Email(new EmailAddress($"{name}@example.com"), "Your order", null, name), null, Priority.Normal,
            null, deadline ?? TimeSpan.FromSeconds(30));
    }
}
