using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NotificationService.Host.Auth.Outside;

/// <summary>
/// Verifies tokens of outside issuers: form, issuer, audience and times first, which cost nothing; then the signature by one of the issuer's published keys. Nothing
/// says why a token was refused.
/// </summary>
public sealed class OutsideTokenVerifier(OutsideIssuers issuers, TimeProvider time)
{
    /// <summary>How far the clocks of an issuer and of this service may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>A token that would be good for longer is refused.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Claims that only other kinds of token have: ID tokens, and messages of log-out or security events.</summary>
    private static readonly string[] OfOtherTokens = ["at_hash", "c_hash", "events"];

    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = UnverifiedToken.Longest };

    public bool Any => issuers.Any;

    /// <summary>What the token says; null if it is not good.</summary>
    /// <exception cref="IssuerUnavailableException">Its issuer's keys are not known.</exception>
    public async ValueTask<OutsideClaims?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        using var read = UnverifiedToken.Read(token);
        if (read is null || issuers.Find(read) is not { } issuer || !IsAccessToken(read.Claims) || Expiry(read.Claims) is not { } expiry)
            return null;
        var (name, key) = await issuer.FindKeyAsync(read.KeyId, cancellationToken);
        if (key is null || read.Issuer != name || !IssuerDescription.Fits(key, read.Algorithm))
            return null;
        var demands = new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = name,
            ValidAudience = issuer.Options.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            // Looked at above, by our own clock.
            LifetimeValidator = static (_, expires, _, _) => expires is not null,
        };
        return await handler.ValidateTokenAsync(token, demands) is { IsValid: true } ? OutsideClaims.Read(read.Claims, issuer.Options, name, expiry) : null;
    }

    private static bool IsAccessToken(JsonElement claims) =>
        !Array.Exists(OfOtherTokens, name => claims.TryGetProperty(name, out _))
        // Keycloak's name for the kind of a token.
        && (!claims.TryGetProperty("typ", out var kind) || (kind.ValueKind == JsonValueKind.String && kind.ValueEquals("Bearer")));

    /// <summary>The first instant at which the token is no longer taken; null if it is not good now. Times are whole seconds, and nothing else.</summary>
    private DateTimeOffset? Expiry(JsonElement claims)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var skew = (long)Skew.TotalSeconds;
        if (Seconds(claims, "exp") is not { } expires || expires + skew <= now || expires > now + (long)Longest.TotalSeconds + skew)
            return null;
        return HasBegun(claims, "nbf", now + skew) && HasBegun(claims, "iat", now + skew) ? DateTimeOffset.FromUnixTimeSeconds(expires + skew) : null;
    }

    /// <summary>Issuers may leave these two out.</summary>
    private static bool HasBegun(JsonElement claims, string name, long now) => !claims.TryGetProperty(name, out _) || (Seconds(claims, name) is { } begins && begins <= now);

    private static long? Seconds(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < uint.MaxValue ? seconds : null;
}
