using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Verifies access tokens. The header must be one that this service writes, the signature is compared in its encoded
/// form in constant time, and only then is the payload read. Nothing says why a token was refused.
/// </summary>
public sealed class AccessTokenVerifier(AccessTokenKeys keys, TimeProvider time)
{
    /// <summary>Longer than any token that is issued; a longer one is refused unread.</summary>
    public const int LongestToken = 8192;

    private const int SignatureLength = 43; // 32 bytes in base64url without padding

    /// <summary>How far the clocks of two nodes may be apart for a token that was just issued. An expired token is expired.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public AccessToken? Verify(ReadOnlySpan<char> token)
    {
        if (token.Length > LongestToken || !Ascii.IsValid(token))
            return null;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first < 0 || last <= first || token.Length - last - 1 != SignatureLength || keys.Find(token[..first]) is not { } key)
            return null;
        return IsSigned(token, last, key) ? Read(token[(first + 1)..last]) : null;
    }

    private static bool IsSigned(ReadOnlySpan<char> token, int lastDot, byte[] key)
    {
        Span<byte> ascii = stackalloc byte[LongestToken];
        Encoding.ASCII.GetBytes(token, ascii);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, ascii[..lastDot], mac);
        Span<byte> expected = stackalloc byte[SignatureLength];
        Base64Url.EncodeToUtf8(mac, expected);
        // Encoded, because several texts decode to the same bytes and only one of them is the signature.
        return CryptographicOperations.FixedTimeEquals(expected, ascii[(lastDot + 1)..token.Length]);
    }

    private AccessToken? Read(ReadOnlySpan<char> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), Strict);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // Signed with our key and yet not of our making: refused like any other.
            return null;
        }
    }

    private AccessToken? Read(JsonElement claims)
    {
        var now = time.GetUtcNow();
        var expires = claims.GetProperty("exp").GetInt64();
        if (expires <= now.ToUnixTimeSeconds() || expires > now.ToUnixTimeSeconds() + (long)AccessTokenLifetimes.Longest.TotalSeconds + (long)Skew.TotalSeconds
            || claims.GetProperty("nbf").GetInt64() > now.Add(Skew).ToUnixTimeSeconds()
            || !claims.GetProperty("iss").ValueEquals(AccessTokenWriter.Issuer) || !claims.GetProperty("aud").ValueEquals(AccessTokenWriter.Audience)
            || KindOf(claims.GetProperty("kind")) is not { } kind)
        {
            return null;
        }

        var caller = new Caller(
            new TenantId(claims.GetProperty("tenant").GetGuid()),
            kind,
            claims.GetProperty("sub").GetGuid(),
            claims.TryGetProperty("uid", out var userId) ? userId.GetString() : null,
            claims.GetProperty("live").GetBoolean(),
            Scopes.Of(kind == CallerKind.ServiceAccount ? claims.GetProperty("scope").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : []),
            Scopes.Of(kind == CallerKind.User ? Strings(claims.GetProperty("roles")) : []));
        return new AccessToken(
            caller,
            DateTimeOffset.FromUnixTimeSeconds(expires),
            claims.TryGetProperty("sid", out var signIn) ? signIn.GetGuid() : null,
            claims.TryGetProperty("nets", out var networks) ? [.. Strings(networks).Select(text => IPNetwork.Parse(text))] : []);
    }

    private static CallerKind? KindOf(JsonElement kind) =>
        kind.ValueEquals(AccessTokenWriter.ServiceAccountKind) ? CallerKind.ServiceAccount
        : kind.ValueEquals(AccessTokenWriter.UserKind) ? CallerKind.User
        : null;

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(item => item.GetString()!);
}
