using System.Collections.Concurrent;
using System.Net;
using System.Net.Mail;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>
/// E-mail by any SMTP server. A client is one connection and one conversation at a time, so there is a pool of them;
/// one whose conversation failed is never used again.
/// </summary>
internal sealed class SmtpProvider(SmtpSettings settings, EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProvider, IDisposable
{
    /// <summary>Shorter than servers keep an idle connection.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentStack<(SmtpClient Client, long At)> idle = new();
    private readonly SemaphoreSlim places = new(options.MaxSmtpConnections);

    public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Message is not ChannelMessage.Email email)
            return new ProviderResult.Rejected("channel_unsupported", "SMTP sends e-mail only");
        using var mail = SmtpMail.Of(settings, call, email);
        if (mail is null)
            return new ProviderResult.Rejected("recipient_invalid", "the address cannot be written in an SMTP conversation");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Deadline);
        try
        {
            await places.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderResult.Deferred("smtp_busy", "every connection to the SMTP server was in use");
        }

        try
        {
            return await ConverseAsync(mail, call, limit.Token, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        while (idle.TryPop(out var pooled))
            pooled.Client.Dispose();
        places.Dispose();
    }

    private async Task<ProviderResult> ConverseAsync(SmtpMail mail, ProviderCall call, CancellationToken limit, CancellationToken cancellationToken)
    {
        SmtpClient? client = null;
        try
        {
            client = await TakeAsync(limit);
            // The client looks at its token only between replies; the deadline is absolute, so it is not waited for.
            await client.SendMailAsync(mail.Message, limit).WaitAsync(limit);
            idle.Push((client, time.GetTimestamp()));
            return new ProviderResult.Accepted(SmtpMail.MessageId(settings, call));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !mail.HandingOver)
        {
            client?.Dispose();
            throw;
        }
        catch (OperationCanceledException)
        {
            client?.Dispose();
            return mail.HandingOver
                ? new ProviderResult.Ambiguous("timeout", "the message was being handed over when time ran out")
                : new ProviderResult.Deferred("smtp_timeout", "the SMTP server did not get as far as taking the message in time");
        }
        catch (Exception exception) when (exception is SmtpException or IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            client?.Dispose();
            return SmtpErrors.Of(exception, mail.HandingOver);
        }
    }

    private async Task<SmtpClient> TakeAsync(CancellationToken cancellationToken)
    {
        while (idle.TryPop(out var pooled))
        {
            if (time.GetElapsedTime(pooled.At) < IdleFor)
                return pooled.Client;
            pooled.Client.Dispose();
        }

        // Before every new connection, because the name may resolve to something else by now.
        await guard.ResolveAsync(settings.Host, cancellationToken);
        return new SmtpClient(settings.Host, settings.Port)
        {
            EnableSsl = settings.StartTls,
            UseDefaultCredentials = false,
            Credentials = settings.Username is null ? null : new NetworkCredential(settings.Username, settings.Password),
            DeliveryFormat = SmtpDeliveryFormat.SevenBit,
        };
    }
}
