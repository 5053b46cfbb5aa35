using System.Collections.Concurrent;

namespace NotificationService.Host.Auth;

/// <summary>
/// Tokens that were verified, until they expire: a request with a known token costs one look-up. Only verified tokens
/// come in, so that garbage cannot fill it; bounded all the same.
/// </summary>
public sealed class VerifiedTokens(AccessTokenVerifier verifier, DisabledSubjects disabled, TimeProvider time)
{
    public const int Capacity = 20_000;

    private readonly ConcurrentDictionary<string, VerifiedToken> tokens = new(StringComparer.Ordinal);

    public int Count => tokens.Count;

    /// <summary>The token, or null if it is not good now. Known ones are answered at once.</summary>
    public ValueTask<VerifiedToken?> FindAsync(ReadOnlySpan<char> token, CancellationToken cancellationToken)
    {
        if (tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var known))
            return ValueTask.FromResult(IfGood(token, known));
        return token.Length > AccessTokenVerifier.LongestToken ? default : VerifyAsync(token.ToString(), cancellationToken);
    }

    private async ValueTask<VerifiedToken?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (await verifier.VerifyAsync(token, cancellationToken) is not { } verified)
            return null;
        var found = new VerifiedToken(verified);
        Evict();
        tokens[token] = found;
        return IfGood(token, found);
    }

    private VerifiedToken? IfGood(ReadOnlySpan<char> token, VerifiedToken found)
    {
        if (!found.HasExpired(time.GetUtcNow()))
            return found.IsRefused || disabled.Contains(found.Caller.Id) ? null : found;
        tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryRemove(token, out _);
        return null;
    }

    /// <summary>Whether <see cref="AskAsync"/> has to say if a token that was found is good.</summary>
    public bool IsInDoubt(VerifiedToken token) => disabled.IsInDoubt(token.AskedAt);

    /// <summary>The token, or null if its caller was disabled.</summary>
    public async Task<VerifiedToken?> AskAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (await disabled.AskAsync(token.Caller, cancellationToken))
        {
            token.Refuse();
            return null;
        }

        token.Confirm(asked);
        return token;
    }

    private void Evict()
    {
        if (tokens.Count < Capacity)
            return;
        var now = time.GetUtcNow();
        foreach (var (token, verified) in tokens)
        {
            if (verified.HasExpired(now))
                tokens.TryRemove(token, out _);
        }

        // All alive: forget what comes first to hand. Who comes again is verified again.
        if (tokens.Count < Capacity)
            return;
        foreach (var token in tokens.Keys.Take(Capacity / 4))
            tokens.TryRemove(token, out _);
    }
}
