using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using NotificationService.Host.Auth.Outside;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth.Outside;

/// <summary>An OpenID Connect issuer without a network: it publishes what a test says, signs anything, and counts who reads.</summary>
internal sealed class FakeIssuer : IDocumentRetriever
{
    public const string Address = "https://login.example.com/realms/shop";
    public const string Audience = "notification-service";

    private static readonly RSA FirstKey = RSA.Create(2048);
    private static readonly ECDsa EllipticKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly Dictionary<string, JsonObject> keys = new(StringComparer.Ordinal) { ["first"] = Jwk("first", FirstKey), ["elliptic"] = Jwk("elliptic", EllipticKey) };

    public ManualTime Time { get; } = new(Tokens.Now);

    /// <summary>What it calls itself.</summary>
    public string Name { get; set; } = Address;

    /// <summary>What every reading meets instead of an answer.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What every reading waits for.</summary>
    public Task Barrier { get; set; } = Task.CompletedTask;

    /// <summary>Readings of the description.</summary>
    public int Readings { get; private set; }

    public static OidcIssuerOptions Options(string authority = Address) => new() { Authority = authority, Audience = Audience, Tenants = "*" };

    public OutsideTokenVerifier Verifier(params OidcIssuerOptions[] issuers) => new(Issuers(issuers), Time);

    public OutsideIssuers Issuers(params OidcIssuerOptions[] issuers) =>
        new(Microsoft.Extensions.Options.Options.Create(new OidcOptions { Issuers = issuers.Length == 0 ? [Options()] : issuers }), this, Time);

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!address.EndsWith("/keys", StringComparison.Ordinal))
        {
            Readings++;
            await Barrier.WaitAsync(cancel);
        }

        if (Fault is { } fault)
            throw fault;
        return address.EndsWith("/keys", StringComparison.Ordinal)
            ? new JsonObject { ["keys"] = new JsonArray([.. keys.Values.Select(key => key.DeepClone())]) }.ToJsonString()
            : new JsonObject { ["issuer"] = Name, ["jwks_uri"] = $"{Address}/keys" }.ToJsonString();
    }

    /// <summary>Publishes a key in place of all others, or takes one back.</summary>
    public void Publish(JsonObject key) => keys[(string)key["kid"]!] = key;

    public void TakeBack(string keyId) => keys.Remove(keyId);

    public static JsonObject Jwk(string id, RSA key) => new()
    {
        ["kid"] = id,
        ["kty"] = "RSA",
        ["n"] = Base64Url.EncodeToString(key.ExportParameters(false).Modulus),
        ["e"] = Base64Url.EncodeToString(key.ExportParameters(false).Exponent),
    };

    public static JsonObject Jwk(string id, ECDsa key) => new()
    {
        ["kid"] = id,
        ["kty"] = "EC",
        ["crv"] = "P-256",
        ["x"] = Base64Url.EncodeToString(key.ExportParameters(false).Q.X),
        ["y"] = Base64Url.EncodeToString(key.ExportParameters(false).Q.Y),
    };

    public static JsonObject Claims() => new()
    {
        ["iss"] = Address,
        ["aud"] = Audience,
        ["sub"] = "248289761001",
        ["tenant_id"] = "acme",
        ["iat"] = Tokens.Now.ToUnixTimeSeconds(),
        ["exp"] = Tokens.Now.AddMinutes(5).ToUnixTimeSeconds(),
        ["roles"] = new JsonArray("viewer"),
    };

    public static string Header(string algorithm = "RS256", string keyId = "first", string more = "") => $$"""{"alg":"{{algorithm}}","kid":"{{keyId}}","typ":"at+jwt"{{more}}}""";

    /// <summary>A good one, with claims of it changed.</summary>
    public static string Token(Action<JsonObject>? change = null, string? header = null, RSA? key = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return Sign(header ?? Header(), claims.ToJsonString(), key);
    }

    /// <summary>Anything, signed with the algorithm that the header names.</summary>
    public static string Sign(string header, string payload, RSA? key = null)
    {
        var text = $"{Tokens.Encode(header)}.{Tokens.Encode(payload)}";
        var bytes = Encoding.ASCII.GetBytes(text);
        var signature = header.Contains("\"ES256\"", StringComparison.Ordinal) ? EllipticKey.SignData(bytes, HashAlgorithmName.SHA256)
            : (key ?? FirstKey).SignData(bytes, HashAlgorithmName.SHA256, header.Contains("\"PS256\"", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Signed with HS256 and the text of the published key, which an unwary verifier takes for the secret.</summary>
    public static string SignWithPublicKey(byte[] key)
    {
        var text = $"{Tokens.Encode(Header("HS256"))}.{Tokens.Encode(Claims().ToJsonString())}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)))}";
    }

    public static byte[] PublicKey() => FirstKey.ExportSubjectPublicKeyInfo();

    public static string PublicKeyText() => FirstKey.ExportSubjectPublicKeyInfoPem();

    public static string PublicKeyJson() => JsonSerializer.Serialize(Jwk("first", FirstKey));
}
