using NotificationService.Host.Auth;

namespace NotificationService.Host.Api.Realtime;

/// <summary>The token by which a stream was opened: the stream ends with it, whatever carries it.</summary>
internal sealed class StreamToken(AccessToken token, EndedTokens ended, TimeProvider time)
{
    /// <summary>It has not ended before its time.</summary>
    public async ValueTask<bool> IsGoodAsync(CancellationToken cancellationToken) =>
        !ended.Contains(token) && (!ended.IsInDoubt(token, askedAt: 0) || !await ended.AskAsync(token, cancellationToken));

    public TimeSpan UntilEnd()
    {
        var left = token.ExpiresAt - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
