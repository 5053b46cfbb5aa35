using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NotificationService.Host.Auth;

/// <summary>Verifies access tokens: form, algorithm, signature, type, issuer, audience, lifetime, then the claims. Nothing says why a token was refused.</summary>
public sealed class AccessTokenVerifier
{
    /// <summary>Longer than any token that is issued; a longer one is refused unread.</summary>
    public const int LongestToken = 8192;

    private const int SignatureLength = 43; // 32 bytes in base64url without padding

    /// <summary>
    /// What a signature may end in: the last character carries four bits of it, and with anything but zeros in the other two it would be another
    /// text for the same signature.
    /// </summary>
    private const string SignatureEnds = "AEIMQUYcgkosw048";

    /// <summary>How far the clocks of two nodes may be apart for a token that was just issued. An expired token is expired.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly AccessTokenKeys keys;
    private readonly TimeProvider time;
    private readonly TokenValidationParameters demands;
    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = LongestToken };

    public AccessTokenVerifier(AccessTokenKeys keys, TimeProvider time)
    {
        (this.keys, this.time) = (keys, time);
        demands = new TokenValidationParameters
        {
            ValidAlgorithms = [AccessTokenKeys.Algorithm],
            ValidTypes = [AccessTokenKeys.TokenType],
            IssuerSigningKeys = keys.All,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = AccessTokenWriter.Issuer,
            ValidAudience = AccessTokenWriter.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            LifetimeValidator = IsCurrent,
        };
    }

    /// <summary>What the token says; null if it is not good. It waits for nothing.</summary>
    public async ValueTask<AccessToken?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!HasOurForm(token))
            return null;
        var result = await handler.ValidateTokenAsync(token, demands);
        return result is { IsValid: true, SecurityToken: JsonWebToken verified } ? AccessTokenClaims.Read(verified) : null;
    }

    /// <summary>Looked at before anything is decoded, so that the library sees no header but ours, and no token has two spellings.</summary>
    private bool HasOurForm(string token)
    {
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        return token.Length <= LongestToken && last > first && token.Length - last - 1 == SignatureLength
            && SignatureEnds.Contains(token[^1], StringComparison.Ordinal) && keys.IsHeader(token.AsSpan(0, first));
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return notBefore <= now + Skew && expires > now && expires <= now + AccessTokenLifetimes.Longest + Skew;
    }
}
