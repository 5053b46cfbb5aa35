using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>E-mail by any SMTP server.</summary>
internal sealed class SmtpProvider(SmtpSettings settings, string name, EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProvider, IAsyncDisposable
{
    private readonly SmtpPool pool = new(settings, name, guard, options, time);
    private readonly SemaphoreSlim permits = new(options.MaxSmtpConnections);

    public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Message is not ChannelMessage.Email email)
            return new ProviderResult.Rejected("channel_unsupported", "SMTP sends e-mail only");
        if (SmtpMail.Of(settings, call, email, time.GetUtcNow()) is not { } mail)
            return new ProviderResult.Rejected("recipient_invalid", "the address cannot be written in an SMTP conversation");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Deadline);
        try
        {
            await permits.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderResult.Deferred("smtp_busy", "every connection to the SMTP server was in use");
        }

        try
        {
            return await SendAsync(mail, limit.Token, cancellationToken);
        }
        finally
        {
            permits.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await pool.DisposeAsync();
        permits.Dispose();
    }

    private async Task<ProviderResult> SendAsync(SmtpMail mail, CancellationToken limit, CancellationToken cancellationToken)
    {
        // One from the pool may have died unseen; nothing was handed over then, and the next is tried.
        while (await pool.TakeIdleAsync() is { } pooled)
        {
            if (await SendAsync(pooled, mail, limit, cancellationToken) is { } result)
                return result;
        }

        try
        {
            switch (await pool.OpenAsync(limit))
            {
                case SmtpOpening.Refused refused:
                    return refused.Why;
                case SmtpOpening.Open open:
                    return await SendAsync(open.Connection, mail, limit, cancellationToken)
                        ?? throw new InvalidOperationException("a connection that was just opened has said that it was used before");
                default:
                    throw new InvalidOperationException("a closed set");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TooLate();
        }
    }

    private async Task<ProviderResult?> SendAsync(SmtpConnection connection, SmtpMail mail, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync(mail, limit);
        }
        catch (OperationCanceledException) when (connection.HandingOver)
        {
            return new ProviderResult.Ambiguous(
                cancellationToken.IsCancellationRequested ? "interrupted" : "timeout", "the message was handed over and the SMTP server did not answer in time");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TooLate();
        }
        finally
        {
            await pool.GiveBackAsync(connection);
        }
    }

    private static ProviderResult.Deferred TooLate() => new("smtp_timeout", "the SMTP server did not get as far as taking the message in time");
}
