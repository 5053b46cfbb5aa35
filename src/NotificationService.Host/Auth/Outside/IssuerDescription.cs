using System.Collections.Frozen;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace NotificationService.Host.Auth.Outside;

/// <summary>What an issuer publishes of itself, as far as it is of use: its name and the keys that may sign for it.</summary>
/// <param name="Issuer">As its tokens must spell it.</param>
/// <param name="Keys">By their ids.</param>
public sealed record IssuerDescription(string Issuer, FrozenDictionary<string, JsonWebKey> Keys)
{
    /// <summary>An issuer has two or three; one that publishes thousands shall not fill our memory.</summary>
    private const int MaxKeys = 100;

    private const int LongestKeyId = 256;

    /// <summary>2,048 bits, in base64url.</summary>
    private const int ShortestModulus = 340;

    /// <summary>Null where it is the description of somebody else.</summary>
    public static IssuerDescription? Of(OpenIdConnectConfiguration published, OutsideIssuer issuer)
    {
        if (!issuer.IsNamed(published.Issuer))
            return null;
        var keys = new Dictionary<string, JsonWebKey>(StringComparer.Ordinal);
        foreach (var key in published.JsonWebKeySet?.Keys.Take(MaxKeys) ?? [])
        {
            if (IsOfUse(key))
                keys.TryAdd(key.Kid, key);
        }

        return new IssuerDescription(published.Issuer, keys.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Asymmetric, for signatures, and of a strength that counts.</summary>
    private static bool IsOfUse(JsonWebKey key) =>
        key is { Kid.Length: > 0 and <= LongestKeyId, Use: null or "" or "sig" } && key.Kty switch
        {
            "RSA" => key.N?.Length >= ShortestModulus,
            "EC" => key.Crv == "P-256",
            _ => false,
        };

    /// <summary>Whether a key may have made a signature of that algorithm.</summary>
    public static bool Fits(JsonWebKey key, string algorithm) =>
        (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm) && key.Kty == (algorithm == SecurityAlgorithms.EcdsaSha256 ? "EC" : "RSA");
}
