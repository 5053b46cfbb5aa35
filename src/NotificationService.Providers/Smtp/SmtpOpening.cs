using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>What came of opening a conversation.</summary>
internal abstract record SmtpOpening
{
    private SmtpOpening()
    {
    }

    public sealed record Open(SmtpConnection Connection) : SmtpOpening;

    public sealed record Refused(ProviderResult.Deferred Why) : SmtpOpening;

    /// <summary>Connects, encrypts and signs in. Connects only to an address that the guard allowed, whatever the name resolves to next.</summary>
    /// <param name="name">How we name ourselves.</param>
    public static async Task<SmtpOpening> BeginAsync(SmtpSettings settings, string name, EndpointGuard guard, ProviderOptions options, CancellationToken cancellationToken)
    {
        Stream? stream = null;
        try
        {
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                limit.CancelAfter(options.ConnectTimeout);
                stream = await guard.ConnectAsync(new DnsEndPoint(settings.Host.Trim('[', ']'), settings.Port), limit.Token);
            }

            var socket = ((NetworkStream)stream).Socket;
            if (settings.ImplicitTls)
                stream = await EncryptAsync(stream, settings.Host, options, cancellationToken);
            var opening = await GreetAsync(stream, socket, settings, name, options, cancellationToken);
            if (opening is Open)
                stream = null; // the connection's from here on
            return opening;
        }
        catch (OperationCanceledException) when (stream is null && !cancellationToken.IsCancellationRequested)
        {
            return new Refused(new ProviderResult.Deferred("connect_timeout", "no connection to the provider could be made in time"));
        }
        catch (SmtpProtocolException exception)
        {
            return new Refused(new ProviderResult.Deferred("answer_broken", exception.Message));
        }
        catch (Exception exception) when (exception is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return new Refused(ConnectFailure.Of(exception));
        }
        finally
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
    }

    private static async Task<SmtpOpening> GreetAsync(
        Stream plain, Socket socket, SmtpSettings settings, string name, ProviderOptions options, CancellationToken cancellationToken)
    {
        var (stream, wire) = (plain, new SmtpWire(plain, owed: 1));
        var greeting = await wire.ReadReplyAsync(cancellationToken);
        if (greeting.Code != 220)
            return Refuse(greeting);
        var offered = await HelloAsync(wire, name, cancellationToken);
        if (offered.Code != 250)
            return Refuse(offered);
        if (settings.Tls && !settings.ImplicitTls)
        {
            if (offered.Extension("STARTTLS") is null)
                return new Refused(new ProviderResult.Deferred("tls_unavailable", "the SMTP server offers no STARTTLS"));
            var ready = await wire.AskAsync("STARTTLS", cancellationToken);
            if (ready.Code != 220)
                return Refuse(ready);
            if (wire.HasUnread)
                return new Refused(new ProviderResult.Deferred("tls_failed", "more came before the encryption than the SMTP server should have said"));
            stream = await EncryptAsync(plain, settings.Host, options, cancellationToken);
            wire = new SmtpWire(stream);
            offered = await HelloAsync(wire, name, cancellationToken);
            if (offered.Code != 250)
                return Refuse(offered);
        }

        if (settings.Username is not null && await SignInAsync(wire, offered, settings, cancellationToken) is { } refusal)
            return new Refused(refusal);
        if (!wire.IsInStep)
            return new Refused(new ProviderResult.Deferred("answer_broken", "the SMTP server said more than it was asked"));
        return new Open(new SmtpConnection(stream, socket, wire, offered));
    }

    private static async Task<ProviderResult.Deferred?> SignInAsync(SmtpWire wire, SmtpReply offered, SmtpSettings settings, CancellationToken cancellationToken)
    {
        var mechanisms = offered.Extension("AUTH")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        SmtpReply reply;
        if (mechanisms.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            reply = await wire.AskAsync($"AUTH PLAIN {Base64($"\0{settings.Username}\0{settings.Password}")}", cancellationToken);
        }
        else if (mechanisms.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            reply = await wire.AskAsync("AUTH LOGIN", cancellationToken);
            if (reply.Code == 334)
                reply = await wire.AskAsync(Base64(settings.Username!), cancellationToken);
            if (reply.Code == 334)
                reply = await wire.AskAsync(Base64(settings.Password!), cancellationToken);
        }
        else
        {
            return new ProviderResult.Deferred("credentials_unsupported", "the SMTP server offers neither AUTH PLAIN nor AUTH LOGIN", Cause: DeferralCause.Credentials);
        }

        return reply.Code == 235 ? null : SmtpErrors.OfSignIn(reply);
    }

    private static async Task<Stream> EncryptAsync(Stream stream, string host, ProviderOptions options, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host.Trim('[', ']'), CertificateChainPolicy = TrustedRoots.Policy(options.TrustedRoots) }, cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>A server that knows no EHLO is greeted as before there were extensions: then it offers none (RFC 5321, 3.2).</summary>
    private static async Task<SmtpReply> HelloAsync(SmtpWire wire, string name, CancellationToken cancellationToken)
    {
        var offered = await wire.AskAsync($"EHLO {name}", cancellationToken);
        if (offered.Code is not (500 or 502 or 504))
            return offered;
        var greeted = await wire.AskAsync($"HELO {name}", cancellationToken);
        return greeted.Code == 250 ? greeted with { Lines = [] } : greeted;
    }

    private static Refused Refuse(SmtpReply reply) => new(SmtpErrors.OfOpening(reply));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
