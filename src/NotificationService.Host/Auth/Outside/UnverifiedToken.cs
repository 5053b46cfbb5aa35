using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace NotificationService.Host.Auth.Outside;

/// <summary>
/// What a token says before anybody has looked at its signature, read strictly: one form, known algorithms, no claim twice, no key of its own. It is enough
/// to send most of what is no token away without a key and without a question to anybody.
/// </summary>
internal sealed class UnverifiedToken : IDisposable
{
    /// <summary>Tokens with many groups are large; requests have 32 KiB for all their headers.</summary>
    public const int Longest = 16 * 1024;

    private const int LongestHeader = 2048;
    private const int LongestKeyId = 256;
    private const int MaxAudiences = 50;

    /// <summary>Names of a header that bring a key, or change what the rest means. The library does not know all of them.</summary>
    private static readonly string[] Forbidden = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "epk"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly JsonDocument payload;

    private UnverifiedToken(string algorithm, string keyId, JsonDocument payload) => (Algorithm, KeyId, this.payload) = (algorithm, keyId, payload);

    /// <summary>One of the three that are accepted.</summary>
    public string Algorithm { get; }

    public string KeyId { get; }

    public JsonElement Claims => payload.RootElement;

    public string? Issuer => Text("iss");

    /// <summary>Null for a text that is none of the tokens that are accepted here.</summary>
    public static UnverifiedToken? Read(string token)
    {
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (token.Length > Longest || first is <= 0 or > LongestHeader || last - first <= 1 || last == token.Length - 1
            || token.AsSpan(first + 1, last - first - 1).Contains('.') || token.AsSpan().ContainsAnyExcept(Alphabet))
            return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, first)), Strict);
            if (!IsAccepted(header.RootElement, out var algorithm, out var keyId))
                return null;
            var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(first + 1, last - first - 1)), Strict);
            if (claims.RootElement.ValueKind == JsonValueKind.Object)
                return new UnverifiedToken(algorithm, keyId, claims);
            claims.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the audience is ours: the text, or one of a list of texts.</summary>
    public bool IsFor(string audience) => Claims.TryGetProperty("aud", out var named) && named.ValueKind switch
    {
        JsonValueKind.String => named.ValueEquals(audience),
        JsonValueKind.Array => named.GetArrayLength() <= MaxAudiences && named.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) && named.EnumerateArray().Any(one => one.ValueEquals(audience)),
        _ => false,
    };

    public void Dispose() => payload.Dispose();

    private string? Text(string claim) => Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsAccepted(JsonElement header, out string algorithm, out string keyId)
    {
        (algorithm, keyId) = ("", "");
        if (header.ValueKind != JsonValueKind.Object || Array.Exists(Forbidden, name => header.TryGetProperty(name, out _)))
            return false;
        algorithm = TextOf(header, "alg") switch
        {
            SecurityAlgorithms.RsaSha256 => SecurityAlgorithms.RsaSha256,
            SecurityAlgorithms.RsaSsaPssSha256 => SecurityAlgorithms.RsaSsaPssSha256,
            SecurityAlgorithms.EcdsaSha256 => SecurityAlgorithms.EcdsaSha256,
            _ => "",
        };
        keyId = TextOf(header, "kid") ?? "";
        return algorithm.Length > 0 && keyId.Length is > 0 and <= LongestKeyId && (!header.TryGetProperty("typ", out _) || IsAccessTokenType(TextOf(header, "typ")));
    }

    /// <summary>Of an access token, by RFC 9068 or as most issuers write it. An ID token that names its type is none.</summary>
    private static bool IsAccessTokenType(string? type) =>
        "JWT".Equals(type, StringComparison.OrdinalIgnoreCase) || "at+jwt".Equals(type, StringComparison.OrdinalIgnoreCase) || "application/at+jwt".Equals(type, StringComparison.OrdinalIgnoreCase);

    private static string? TextOf(JsonElement header, string name) => header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
