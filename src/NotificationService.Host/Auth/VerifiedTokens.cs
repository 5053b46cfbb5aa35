using System.Collections.Concurrent;
using NotificationService.Host.Auth.Outside;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Tokens that were verified, until they expire: a request with a known token costs one look-up. Only verified tokens
/// come in, so that garbage cannot fill it; bounded all the same.
/// </summary>
/// <param name="verifier">Of our own tokens.</param>
/// <param name="ended">Which tokens are refused.</param>
/// <param name="time">The service's clock.</param>
/// <param name="outside">Of tokens of outside issuers, where there are any.</param>
/// <param name="elevations">Which elevations go on.</param>
public sealed class VerifiedTokens(AccessTokenVerifier verifier, EndedTokens ended, TimeProvider time, OutsideCallers? outside = null, Elevations? elevations = null)
{
    public const int Capacity = 20_000;

    /// <summary>Of all tokens together: those of outside issuers may be long.</summary>
    public const int CapacityInCharacters = 16 * 1024 * 1024;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, VerifiedToken> tokens = new(StringComparer.Ordinal);
    private readonly int longestToken = outside is { Any: true } ? UnverifiedToken.Longest : AccessTokenVerifier.LongestToken;
    private long characters;

    public int Count => tokens.Count;

    /// <summary>The token, or null if it is not good now. Known ones are answered at once.</summary>
    public ValueTask<VerifiedToken?> FindAsync(ReadOnlySpan<char> token, CancellationToken cancellationToken)
    {
        if (tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var known) && !IsToBeVerifiedAgain(known))
            return ValueTask.FromResult(IfGood(token, known));
        return token.Length > longestToken ? default : VerifyAsync(token.ToString(), cancellationToken);
    }

    private async ValueTask<VerifiedToken?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (await FindCallerAsync(token, cancellationToken) is not { } verified)
        {
            Remove(token);
            return null;
        }

        var found = new VerifiedToken(verified);
        Evict();
        Remove(token);
        if (tokens.TryAdd(token, found))
            Interlocked.Add(ref characters, token.Length);
        return IfGood(token, found);
    }

    /// <summary>A token is ours or somebody else's by its header, so at most one of the two looks at it closely.</summary>
    private async ValueTask<AccessToken?> FindCallerAsync(string token, CancellationToken cancellationToken) =>
        await verifier.VerifyAsync(token, cancellationToken) is { } ours ? ours
        : outside is { Any: true } ? await outside.FindAsync(token, cancellationToken)
        : null;

    /// <summary>
    /// A token of our own that has ended stays so: its bearer gets another. Of an outside issuer's only what we made of it has ended, such as the roles of the user
    /// row, and the same token is looked at anew.
    /// </summary>
    private bool IsToBeVerifiedAgain(VerifiedToken known) => known.IsToBeVerifiedAgain(time.GetUtcNow()) || (known.Token.LookAgainAt is not null && HasEnded(known));

    private bool HasEnded(VerifiedToken known) => known.IsRefused || ended.Contains(known.Token);

    private VerifiedToken? IfGood(ReadOnlySpan<char> token, VerifiedToken found)
    {
        if (!found.HasExpired(time.GetUtcNow()))
            return HasEnded(found) ? null : found;
        Remove(token);
        return null;
    }

    private void Remove(ReadOnlySpan<char> token)
    {
        if (tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryRemove(token, out _))
            Interlocked.Add(ref characters, -token.Length);
    }

    /// <summary>Whether <see cref="AskAsync"/> has to say if a token that was found is good.</summary>
    public bool IsInDoubt(VerifiedToken token) => ended.IsInDoubt(token.Token, token.AskedAt) || IsElevationInDoubt(token);

    /// <summary>The token, or null if it has ended.</summary>
    public async Task<VerifiedToken?> AskAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (await ended.AskAsync(token.Token, cancellationToken) || !await IsElevationGoodAsync(token.Caller, cancellationToken))
        {
            token.Refuse();
            return null;
        }

        token.Confirm(asked);
        return token;
    }

    /// <summary>It is asked about every few seconds: it ends with more than stands among what has ended.</summary>
    private bool IsElevationInDoubt(VerifiedToken token) =>
        token.Caller.Elevation is not null && (token.AskedAt == 0 || time.GetElapsedTime(token.AskedAt) > AskAgainAfter);

    private async Task<bool> IsElevationGoodAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.Elevation is not { } elevation || (elevations is not null && await elevations.IsGoodAsync(caller.Id, elevation, cancellationToken));

    private void Evict()
    {
        if (HasRoom)
            return;
        var now = time.GetUtcNow();
        foreach (var (token, verified) in tokens)
        {
            if (verified.HasExpired(now))
                Remove(token);
        }

        // All alive: forget what comes first to hand. Who comes again is verified again.
        if (HasRoom)
            return;
        foreach (var token in tokens.Keys.Take(Math.Max(1, tokens.Count / 4)))
            Remove(token);
    }

    private bool HasRoom => tokens.Count < Capacity && Interlocked.Read(ref characters) < CapacityInCharacters;
}
