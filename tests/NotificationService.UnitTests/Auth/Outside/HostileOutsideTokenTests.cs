using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace NotificationService.UnitTests.Auth.Outside;

/// <summary>Tokens that look like an outside issuer's, made up by somebody else, or by an issuer that is careless. None is good, and none costs more than a reading.</summary>
public sealed class HostileOutsideTokenTests
{
    private static readonly RSA Strangers = RSA.Create(2048);
    private static readonly string Good = FakeIssuer.Token();
    private static readonly string[] Parts = Good.Split('.');
    private static readonly string Payload = FakeIssuer.Claims().ToJsonString();
    private static readonly long Now = Tokens.Now.ToUnixTimeSeconds();

    public static TheoryData<string, string> Forged => new()
    {
        { "empty", "" },
        { "dots only", ".." },
        { "two dots in a row", $"{Parts[0]}..{Parts[2]}" },
        { "no signature", $"{Parts[0]}.{Parts[1]}." },
        { "two parts", $"{Parts[0]}.{Parts[1]}" },
        { "four parts", $"{Good}.{Parts[2]}" },
        { "an encrypted token", $"{Tokens.Encode("""{"alg":"RSA-OAEP","enc":"A128CBC-HS256","kid":"first"}""")}.AAAA.AAAA.AAAA.AAAA" },
        { "padding", $"{Good}=" },
        { "a trailing space", $"{Good} " },
        { "a newline", $"{Good}\n" },
        { "letters beyond ASCII", Good[..^1] + "é" },
        { "100 KB", $"{Parts[0]}.{new string('A', 100_000)}.{Parts[2]}" },
        { "1 MB of dots", new string('.', 1_000_000) },
        { "a signed one of 17 KB", FakeIssuer.Token(claims => claims["more"] = new string('x', 17_000)) },
        { "alg none", $"{Tokens.Encode(FakeIssuer.Header("none"))}.{Parts[1]}." },
        { "alg none and a signature", Forge(FakeIssuer.Header("none")) },
        { "alg NoNe", Forge(FakeIssuer.Header("NoNe")) },
        { "no alg", Forge("""{"kid":"first","typ":"at+jwt"}""") },
        { "alg twice", Forge("""{"alg":"none","alg":"RS256","kid":"first"}""") },
        { "alg a list", Forge("""{"alg":["RS256"],"kid":"first"}""") },
        { "alg rs256", Forge(FakeIssuer.Header("rs256")) },
        { "alg RS512", Forge(FakeIssuer.Header("RS512")) },
        { "alg of another kind of key", Forge(FakeIssuer.Header("ES256")) },
        { "a PKCS 1 signature called PSS", Forge(FakeIssuer.Header("PS256")) },
        { "HS256 with the public key", FakeIssuer.SignWithPublicKey(FakeIssuer.PublicKey()) },
        { "HS256 with the public key as text", FakeIssuer.SignWithPublicKey(Encoding.ASCII.GetBytes(FakeIssuer.PublicKeyText())) },
        { "HS256 with the published JSON", FakeIssuer.SignWithPublicKey(Encoding.ASCII.GetBytes(FakeIssuer.PublicKeyJson())) },
        { "HS256 with an empty key", FakeIssuer.SignWithPublicKey([]) },
        { "no kid", Forge("""{"alg":"RS256","typ":"at+jwt"}""") },
        { "kid a path", Forge(FakeIssuer.Header(keyId: "../../dev/null")) },
        { "kid SQL", Forge(FakeIssuer.Header(keyId: "' or 1=1")) },
        { "kid unknown", Forge(FakeIssuer.Header(keyId: "other")) },
        { "kid of another key", FakeIssuer.Token(header: FakeIssuer.Header(keyId: "elliptic")) },
        { "kid in capitals", FakeIssuer.Token(header: FakeIssuer.Header(keyId: "FIRST")) },
        { "kid a number", Forge("""{"alg":"RS256","kid":1}""") },
        { "kid twice", Forge("""{"alg":"RS256","kid":"other","kid":"first"}""") },
        { "an embedded key", FakeIssuer.Token(header: FakeIssuer.Header(more: $$""","jwk":{{FakeIssuer.Jwk("first", Strangers).ToJsonString()}}"""), key: Strangers) },
        { "an embedded key beside a good signature", FakeIssuer.Token(header: FakeIssuer.Header(more: $$""","jwk":{{FakeIssuer.Jwk("first", Strangers).ToJsonString()}}""")) },
        { "the address of a set of keys", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","jku":"https://attacker.example/keys" """)) },
        { "the address of a certificate", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","x5u":"https://attacker.example/certificate" """)) },
        { "an embedded certificate", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","x5c":["AAAA"]""")) },
        { "a critical extension", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","crit":["exp"]""")) },
        { "a compressed payload", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","zip":"DEF" """)) },
        { "a payload that is not encoded", FakeIssuer.Token(header: FakeIssuer.Header(more: ""","b64":false""")) },
        { "typ of an ID token", FakeIssuer.Token(header: """{"alg":"RS256","kid":"first","typ":"id+jwt"}""") },
        { "typ of a logout token", FakeIssuer.Token(header: """{"alg":"RS256","kid":"first","typ":"logout+jwt"}""") },
        { "typ a list", FakeIssuer.Token(header: """{"alg":"RS256","kid":"first","typ":["at+jwt"]}""") },
        { "a huge header", FakeIssuer.Token(header: FakeIssuer.Header(more: $$""","pad":"{{new string('x', 4_000)}}" """)) },
        { "a header that is no object", Forge("[]") },
        { "a stranger's key under the issuer's kid", FakeIssuer.Token(key: Strangers) },
        { "the payload of another token", $"{Parts[0]}.{Tokens.Encode(FakeIssuer.Claims().ToJsonString().Replace("viewer", "admin", StringComparison.Ordinal))}.{Parts[2]}" },
        { "the signature of another token", $"{Parts[0]}.{Parts[1]}.{FakeIssuer.Token(claims => claims["jti"] = "1").Split('.')[2]}" },
        { "our own header", Tokens.Write(Tokens.For(Tokens.Person)) },
    };

    public static TheoryData<string, string> SignedNonsense => new()
    {
        { "no JSON", FakeIssuer.Sign(FakeIssuer.Header(), "hello") },
        { "an array", FakeIssuer.Sign(FakeIssuer.Header(), "[]") },
        { "null", FakeIssuer.Sign(FakeIssuer.Header(), "null") },
        { "text behind the payload", FakeIssuer.Sign(FakeIssuer.Header(), Payload + "{}") },
        { "a comment", FakeIssuer.Sign(FakeIssuer.Header(), "/**/" + Payload) },
        { "deep nesting", FakeIssuer.Sign(FakeIssuer.Header(), string.Concat(Enumerable.Repeat("""{"a":""", 500)) + "1" + new string('}', 500)) },
        { "a claim twice", FakeIssuer.Sign(FakeIssuer.Header(), Payload[..^1] + ",\"tenant_id\":\"other\"}") },
        { "a claim twice, once in other letters", FakeIssuer.Sign(FakeIssuer.Header(), Payload[..^1] + ",\"\\u0073ub\":\"other\"}") },
        { "a name twice further in", FakeIssuer.Sign(FakeIssuer.Header(), Payload[..^1] + ",\"realm_access\":{\"roles\":[],\"roles\":[\"admin\"]}}") },
        { "another issuer", With("iss", "https://login.example.com/realms/other") },
        { "the issuer with a slash", With("iss", FakeIssuer.Address + "/") },
        { "the issuer with many slashes", With("iss", FakeIssuer.Address + new string('/', 1000)) },
        { "the issuer in capitals", With("iss", FakeIssuer.Address.ToUpperInvariant()) },
        { "no issuer", Without("iss") },
        { "a list of issuers", With("iss", new JsonArray(FakeIssuer.Address)) },
        { "another audience", With("aud", "someone") },
        { "the audience with a slash", With("aud", FakeIssuer.Audience + "/") },
        { "the audience in capitals", With("aud", FakeIssuer.Audience.ToUpperInvariant()) },
        { "other audiences", With("aud", new JsonArray("account", "someone")) },
        { "an empty list of audiences", With("aud", new JsonArray()) },
        { "an audience that is a number beside ours", With("aud", new JsonArray(1, FakeIssuer.Audience)) },
        { "a thousand audiences", With("aud", new JsonArray([.. Enumerable.Range(0, 1000).Select(i => (JsonNode)$"a{i}"), FakeIssuer.Audience])) },
        { "no audience", Without("aud") },
        { "audience null", With("aud", null) },
        { "no exp", Without("exp") },
        { "expired by 61 s", With("exp", Now - 61) },
        { "exp as text", With("exp", $"{Now + 60}") },
        { "exp as a fraction", With("exp", Now + 60.5) },
        { "exp negative", With("exp", -1) },
        { "exp 0", With("exp", 0) },
        { "exp 1e18", With("exp", 1_000_000_000_000_000_000) },
        { "exp beyond 64 bits", FakeIssuer.Sign(FakeIssuer.Header(), Payload.Replace($"{Now + 300}", "99999999999999999999999", StringComparison.Ordinal)) },
        { "exp in 2038", With("exp", 2_147_483_647) },
        { "exp null", With("exp", null) },
        { "exp true", With("exp", true) },
        { "nbf in ten minutes", With("nbf", Now + 600) },
        { "nbf in 61 s", With("nbf", Now + 61) },
        { "nbf as text", With("nbf", $"{Now}") },
        { "nbf null", With("nbf", null) },
        { "iat in ten minutes", With("iat", Now + 600) },
        { "no subject", Without("sub") },
        { "an empty subject", With("sub", "") },
        { "a subject that is a number", With("sub", 1) },
        { "a subject with NUL", With("sub", "a\0b") },
        { "a subject beyond ASCII", With("sub", "аnn") },
        { "a subject of 300 letters", With("sub", new string('x', 300)) },
        { "half a character in the subject", FakeIssuer.Sign(FakeIssuer.Header(), Payload.Replace("248289761001", "\\ud800", StringComparison.Ordinal)) },
        { "no tenant", Without("tenant_id") },
        { "a list of tenants", With("tenant_id", new JsonArray("acme")) },
        { "a tenant of 65 letters", With("tenant_id", new string('x', 65)) },
        { "an ID token, by its hash of an access token", With("at_hash", "AAAA") },
        { "a message of log-out", With("events", new JsonObject()) },
        { "an ID token, as Keycloak calls it", With("typ", "ID") },
        { "a refresh token, as Keycloak calls it", With("typ", "Refresh") },
    };

    /// <summary>What payloads are made of.</summary>
    private static readonly string[] Soup =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", ".", " ", "\0", "é", "null", "true", "1e400", "\"exp\":", "\"iss\":", "\"aud\":", "\"sub\":", $"\"{FakeIssuer.Address}\"", $"\"{FakeIssuer.Audience}\"",
        $"\"exp\":{Now + 60},", "\"tenant_id\":\"acme\"", "\"roles\":[\"admin\"]",
    ];

    [Theory]
    [InlineData("RS256", "first")]
    [InlineData("PS256", "first")]
    [InlineData("ES256", "elliptic")]
    public async Task The_token_they_are_made_of_is_good_by_each_of_three_algorithms(string algorithm, string keyId)
    {
        var claims = (await new FakeIssuer().Verifier().VerifyAsync(FakeIssuer.Token(header: FakeIssuer.Header(algorithm, keyId)), CancellationToken.None)).ShouldNotBeNull();

        claims.Subject.ShouldBe("248289761001");
        claims.Tenant.ShouldBe("acme");
        claims.Roles.ShouldBe(["viewer"]);
    }

    [Theory]
    [MemberData(nameof(Forged))]
    [MemberData(nameof(SignedNonsense))]
    public async Task It_is_not_good(string what, string token) => (await new FakeIssuer().Verifier().VerifyAsync(token, CancellationToken.None)).ShouldBeNull(what);

    [Theory]
    [InlineData("exp", -59)]
    [InlineData("nbf", 59)]
    [InlineData("iat", 59)]
    [InlineData("exp", 24 * 3600)]
    public async Task Clocks_may_differ_by_less_than_a_minute(string claim, long seconds) =>
        (await new FakeIssuer().Verifier().VerifyAsync(With(claim, Now + seconds), CancellationToken.None)).ShouldNotBeNull();

    [Fact]
    public void No_payload_and_no_header_makes_it_throw() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<int>().ListOf().Select(picks => string.Concat(picks.Select(pick => Soup[Math.Abs(pick % Soup.Length)]))).ToArbitrary(),
        text =>
        {
            var verifier = new FakeIssuer().Verifier();
            var inPayload = verifier.VerifyAsync(FakeIssuer.Sign(FakeIssuer.Header(), text), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            var inHeader = verifier.VerifyAsync($"{Tokens.Encode(text)}.{Parts[1]}.{Parts[2]}", CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return inPayload is null && inHeader is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Only_an_unknown_kid_has_the_keys_read_again_and_none_of_them_more_than_once()
    {
        var issuer = new FakeIssuer();
        var verifier = issuer.Verifier();
        await verifier.VerifyAsync(Good, CancellationToken.None);
        issuer.Time.Advance(TimeSpan.FromSeconds(61));
        var expired = FakeIssuer.Token(claims => claims["exp"] = Now - 61, FakeIssuer.Header(keyId: "other"));

        (await verifier.VerifyAsync(expired, CancellationToken.None)).ShouldBeNull();
        (await verifier.VerifyAsync(FakeIssuer.Token(claims => claims["aud"] = "someone", FakeIssuer.Header(keyId: "other")), CancellationToken.None)).ShouldBeNull();
        issuer.Readings.ShouldBe(1, "what is no good anyway asks nobody");

        foreach (var token in Forged.Select(row => row.Data.Item2))
            (await verifier.VerifyAsync(token, CancellationToken.None)).ShouldBeNull();
        issuer.Readings.ShouldBe(2);
    }

    [Fact]
    public async Task None_costs_more_than_five_milliseconds()
    {
        var verifier = new FakeIssuer().Verifier();
        await verifier.VerifyAsync(Good, CancellationToken.None);
        var tokens = Forged.Concat(SignedNonsense).Select(row => row.Data).ToList();
        foreach (var (what, token) in tokens)
        {
            // The best of some: the machine has other things to do.
            var best = TimeSpan.MaxValue;
            for (var i = 0; i < 20 && best > TimeSpan.FromMilliseconds(5); i++)
            {
                var began = Stopwatch.GetTimestamp();
                await verifier.VerifyAsync(token, CancellationToken.None);
                best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
            }

            best.ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(5), what);
        }
    }

    private static string Forge(string header) => $"{Tokens.Encode(header)}.{Parts[1]}.{Parts[2]}";

    private static string With(string claim, JsonNode? value) => FakeIssuer.Token(claims => claims[claim] = value);

    private static string Without(string claim) => FakeIssuer.Token(claims => claims.Remove(claim));
}
