using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace NotificationService.UnitTests.Auth;

/// <summary>Tokens that somebody made up, tampered with, or that a defect of ours might sign. None is good.</summary>
public sealed class HostileTokenTests
{
    private static readonly string Good = Tokens.Write(Tokens.For(Tokens.Person));
    private static readonly string[] Parts = Good.Split('.');
    private static readonly string Payload = Tokens.Decode(Parts[1]);

    /// <summary>A stranger's own key, of the kind that signs RS256.</summary>
    private static readonly RSA Strangers = RSA.Create(2048);

    /// <summary>What a payload is made of, never in an order that would make a good one.</summary>
    private static readonly string[] Soup =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", ".", "=", " ", "\0", "é", "\ud800", "null", "true", "1", "-1", "1e400", "99999999999999999999", "\"exp\":", "\"nbf\":", "\"iat\":", "\"aud\":", "\"iss\":",
        "\"sub\":", "\"notification-service\"", "\"tenant\":", "\"kind\":\"user\"", "\"roles\":[", "\"actort\":\"a.b.c\"", "\"act\":{", "\"_claim_names\":{", $"\"exp\":{Tokens.Now.AddMinutes(5).ToUnixTimeSeconds()},",
    ];

    public static TheoryData<string, string> Forged => new()
    {
        { "empty", "" },
        { "dots only", ".." },
        { "two dots in a row", $"{Parts[0]}..{Parts[2]}" },
        { "no signature", $"{Parts[0]}.{Parts[1]}." },
        { "two parts", $"{Parts[0]}.{Parts[1]}" },
        { "four parts", $"{Good}.{Parts[2]}" },
        { "five parts, as an encrypted token has", $"{Parts[0]}.{Parts[1]}.{Parts[1]}.{Parts[1]}.{Parts[2]}" },
        { "an encrypted token", $"{Tokens.Encode("""{"alg":"dir","enc":"A128CBC-HS256","kid":"new","typ":"at+jwt"}""")}..AAAA.AAAA.AAAA" },
        { "a leading dot", $".{Good}" },
        { "padding", $"{Good}=" },
        { "a trailing space", $"{Good} " },
        { "a trailing newline", $"{Good}\n" },
        { "letters beyond ASCII", Good[..^1] + "é" },
        { "a NUL", Good[..^1] + "\0" },
        { "100 KB", Parts[0] + "." + new string('A', 100_000) + "." + Parts[2] },
        { "1 MB of dots", new string('.', 1_000_000) },
        { "alg none", Unsigned("""{"alg":"none","typ":"at+jwt","kid":"new"}""") },
        { "alg None", Unsigned("""{"alg":"None","typ":"at+jwt","kid":"new"}""") },
        { "alg none and a signature", Resigned("""{"alg":"none","kid":"new","typ":"at+jwt"}""") },
        { "alg none in the payload's place", $"{Parts[0]}.{Tokens.Encode("""{"alg":"none"}""")}." },
        { "alg hs256", Resigned("""{"alg":"hs256","kid":"new","typ":"at+jwt"}""") },
        { "alg a list", Resigned("""{"alg":["HS256"],"kid":"new","typ":"at+jwt"}""") },
        { "alg RS256", Resigned("""{"alg":"RS256","typ":"at+jwt","kid":"new"}""") },
        { "alg HS512", Resigned("""{"alg":"HS512","typ":"at+jwt","kid":"new"}""") },
        { "alg twice", Resigned("""{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"new"}""") },
        { "no alg", Resigned("""{"typ":"at+jwt","kid":"new"}""") },
        { "kid is a path", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}""") },
        { "kid is SQL", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"' or 1=1"}""") },
        { "kid unknown", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"other"}""") },
        { "kid missing", Resigned("""{"alg":"HS256","typ":"at+jwt"}""") },
        { "jku", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"new","jku":"http://127.0.0.1/keys"}""") },
        { "embedded jwk", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"new","jwk":{"kty":"oct","k":"AAAA"}}""") },
        { "x5u", Resigned("""{"alg":"HS256","kid":"new","typ":"at+jwt","x5u":"http://127.0.0.1/certificate"}""") },
        { "x5c", Resigned("""{"alg":"HS256","kid":"new","typ":"at+jwt","x5c":["AAAA"]}""") },
        { "x5t", Resigned("""{"alg":"HS256","kid":"new","typ":"at+jwt","x5t":"AAAA"}""") },
        { "a private RSA key, signed with it, its public half embedded", SignedWithRsa() },
        { "a public RSA key taken for the key of HS256", SignedWith(Strangers.ExportSubjectPublicKeyInfo()) },
        { "a public RSA key as text taken for the key of HS256", SignedWith(Encoding.ASCII.GetBytes(Strangers.ExportSubjectPublicKeyInfoPem())) },
        { "kid in capitals", Resigned("""{"alg":"HS256","kid":"NEW","typ":"at+jwt"}""") },
        { "kid a number", Resigned("""{"alg":"HS256","kid":1,"typ":"at+jwt"}""") },
        { "kid twice", Resigned("""{"alg":"HS256","kid":"other","kid":"new","typ":"at+jwt"}""") },
        { "a compressed payload", Resigned("""{"alg":"HS256","kid":"new","typ":"at+jwt","zip":"DEF"}""") },
        { "a payload that is not encoded", Resigned("""{"alg":"HS256","b64":false,"kid":"new","typ":"at+jwt"}""") },
        { "a header with a space", Resigned("""{"alg":"HS256", "kid":"new","typ":"at+jwt"}""") },
        { "typ JWT", Resigned("""{"alg":"HS256","kid":"new","typ":"JWT"}""") },
        { "no typ", Resigned("""{"alg":"HS256","kid":"new"}""") },
        { "unknown crit", Resigned("""{"alg":"HS256","typ":"at+jwt","kid":"new","crit":["exp"]}""") },
        { "typ of an id token", Resigned("""{"alg":"HS256","typ":"id+jwt","kid":"new"}""") },
        { "header no JSON", Resigned("new") },
        { "signed with an empty key", SignedWith([]) },
        { "signed with zeros", SignedWith(new byte[32]) },
        { "signed with the master key itself", SignedWith(Enumerable.Repeat((byte)9, 32).ToArray()) },
        { "signed with another service's key", Tokens.Write(Tokens.For(Tokens.Person), Tokens.OldKey) },
        { "payload of another token", $"{Parts[0]}.{Tokens.Write(Tokens.For(Tokens.Service)).Split('.')[1]}.{Parts[2]}" },
        { "hexadecimal signature", $"{Parts[0]}.{Parts[1]}.{new string('0', 64)}" },
        { "a refresh token", "nsr_" + new string('A', 128) },
    };

    public static TheoryData<string, string> SignedNonsense => new()
    {
        { "an empty payload", Tokens.SignEncoded("") },
        { "a payload that is no base64url", Tokens.SignEncoded("****") },
        { "a payload of one letter", Tokens.SignEncoded("A") },
        { "a payload that is not UTF-8", Tokens.SignEncoded(System.Buffers.Text.Base64Url.EncodeToString([.. "{\"iss\":\""u8, 0xFF, .. "\"}"u8])) },
        { "half a payload", Tokens.Sign(Payload[..(Payload.Length / 2)]) },
        { "text behind the payload", Tokens.Sign(Payload + "{}") },
        { "a comment in the payload", Tokens.Sign("/**/" + Payload) },
        { "longer than any token", Tokens.Sign(Payload[..^1] + ",\"more\":\"" + new string('x', 8_192) + "\"}") },
        { "a number", Tokens.Sign("1") },
        { "no JSON", Tokens.Sign("hello") },
        { "an array", Tokens.Sign("[]") },
        { "null", Tokens.Sign("null") },
        { "an empty object", Tokens.Sign("{}") },
        { "deep nesting", Tokens.Sign(string.Concat(Enumerable.Repeat("""{"a":""", 500)) + "1" + new string('}', 500)) },
        { "another issuer", With("\"iss\":\"notification-service\"", "\"iss\":\"someone\"") },
        { "another audience", With("\"aud\":\"notification-service\"", "\"aud\":\"someone\"") },
        { "an array of audiences", With("\"aud\":\"notification-service\"", "\"aud\":[\"notification-service\"]") },
        { "an audience and a slash", With("\"aud\":\"notification-service\"", "\"aud\":\"notification-service/\"") },
        { "no audience", With("\"aud\":\"notification-service\",", "") },
        { "an empty audience", With("\"aud\":\"notification-service\"", "\"aud\":\"\"") },
        { "audience null", With("\"aud\":\"notification-service\"", "\"aud\":null") },
        { "no issuer", With("\"iss\":\"notification-service\",", "") },
        { "an empty issuer", With("\"iss\":\"notification-service\"", "\"iss\":\"\"") },
        { "issuer a number", With("\"iss\":\"notification-service\"", "\"iss\":1") },
        { "issuer in capitals", With("\"iss\":\"notification-service\"", "\"iss\":\"Notification-Service\"") },
        { "no exp", Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"exp\":[0-9]+,", "")) },
        { "exp as text", Exp("\"1999999999\"") },
        { "exp as a fraction", Exp("1777863721.5") },
        { "exp negative", Exp("-1") },
        { "exp of 1e18", Exp("1000000000000000000") },
        { "exp beyond 64 bits", Exp("99999999999999999999999") },
        { "exp in 2038", Exp("2147483647") },
        { "exp null", Exp("null") },
        { "exp true", Exp("true") },
        { "exp an object", Exp("{}") },
        { "exp as text, and soon enough", Exp($"\"{Tokens.Now.AddMinutes(5).ToUnixTimeSeconds()}\"") },
        { "exp as a fraction, and soon enough", Exp($"{Tokens.Now.AddMinutes(5).ToUnixTimeSeconds()}.5") },
        { "exp a second later than any token's", Exp($"{Tokens.Now.AddSeconds(3_631).ToUnixTimeSeconds()}") },
        { "exp twice", Tokens.Sign(Payload[..^1] + $",\"exp\":{Tokens.Now.AddMinutes(5).ToUnixTimeSeconds()}}}") },
        { "exp twice, once in other letters", Tokens.Sign(Payload[..^1] + $",\"\\u0065xp\":{Tokens.Now.AddMinutes(5).ToUnixTimeSeconds()}}}") },
        { "no nbf", Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"nbf\":[0-9]+,", "")) },
        { "nbf null", Nbf("null") },
        { "nbf as text", Nbf($"\"{Tokens.Now.ToUnixTimeSeconds()}\"") },
        { "iat as an object", Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"iat\":[0-9]+", "\"iat\":{}")) },
        { "sub a number", With($"\"sub\":\"{Tokens.Person.Id}\"", "\"sub\":1") },
        { "no sub", With($"\"sub\":\"{Tokens.Person.Id}\",", "") },
        { "tenant null", With($"\"tenant\":\"{Tokens.Person.Tenant}\"", "\"tenant\":null") },
        { "tenant a list", With($"\"tenant\":\"{Tokens.Person.Tenant}\"", $"\"tenant\":[\"{Tokens.Person.Tenant}\"]") },
        { "kind null", With("\"kind\":\"user\"", "\"kind\":null") },
        { "kind a list", With("\"kind\":\"user\"", "\"kind\":[\"user\"]") },
        { "a service account without scopes", With("\"kind\":\"user\"", "\"kind\":\"service_account\"") },
        { "scope null", With("\"kind\":\"user\"", "\"kind\":\"service_account\",\"scope\":null") },
        { "scope a list", With("\"kind\":\"user\"", "\"kind\":\"service_account\",\"scope\":[\"admin\"]") },
        { "live null", With("\"live\":true", "\"live\":null") },
        { "live a number", With("\"live\":true", "\"live\":1") },
        { "uid a number", With("\"uid\":\"ann\"", "\"uid\":1") },
        { "sid no id", With("\"uid\":\"ann\"", "\"uid\":\"ann\",\"sid\":\"x\"") },
        { "roles of numbers", With("\"roles\":[\"admin\"]", "\"roles\":[1]") },
        { "roles of nothing", With("\"roles\":[\"admin\"]", "\"roles\":[null]") },
        { "networks as text", With("\"uid\":\"ann\"", "\"uid\":\"ann\",\"nets\":\"192.0.2.0/24\"") },
        { "networks that are none", With("\"uid\":\"ann\"", "\"uid\":\"ann\",\"nets\":[\"everywhere\"]") },
        { "networks of nothing", With("\"uid\":\"ann\"", "\"uid\":\"ann\",\"nets\":[null]") },
        { "a claim twice", Tokens.Sign(Payload[..^1] + ",\"tenant\":\"01900000-0000-7000-8000-0000000000ff\"}") },
        { "tenant no id", With("\"tenant\":\"01900000-0000-7000-8000-0000000000aa\"", "\"tenant\":\"*\"") },
        { "a kind unknown", With("\"kind\":\"user\"", "\"kind\":\"root\"") },
        { "live as text", With("\"live\":true", "\"live\":\"true\"") },
        { "roles as text", With("\"roles\":[\"admin\"]", "\"roles\":\"admin\"") },
        { "not good before ten minutes from now", Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"nbf\":[0-9]+", $"\"nbf\":{Tokens.Now.AddMinutes(10).ToUnixTimeSeconds()}")) },
    };

    [Fact]
    public void The_token_they_are_made_of_is_good() => Tokens.Verify(Good).ShouldNotBeNull();

    [Fact]
    public void Signing_as_the_service_does_makes_a_good_token() => Tokens.Verify(Tokens.Sign(Payload)).ShouldNotBeNull();

    [Theory]
    [MemberData(nameof(Forged))]
    public void A_forged_token_is_refused(string what, string token) => Tokens.Verify(token).ShouldBeNull(what);

    [Theory]
    [MemberData(nameof(SignedNonsense))]
    public void A_token_that_makes_no_sense_is_refused_though_it_is_signed(string what, string token) => Tokens.Verify(token).ShouldBeNull(what);

    [Fact]
    public void The_latest_end_that_a_token_of_a_node_with_another_clock_may_have_is_good() =>
        Tokens.Verify(Exp($"{Tokens.Now.AddSeconds(3_630).ToUnixTimeSeconds()}")).ShouldNotBeNull();

    /// <summary>Whether signed by us or not: <see cref="Tokens.Verify"/> fails where one throws.</summary>
    [Fact]
    public void Nothing_behind_a_header_of_ours_makes_it_throw() => Prop.ForAll(
        Arb.From(
            from parts in Gen.Elements(Soup).ArrayOf()
            from isSigned in ArbMap.Default.GeneratorFor<bool>()
            from isEncoded in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
            let payload = isEncoded ? Tokens.Encode(string.Concat(parts)) : string.Concat(parts)
            select isSigned ? Tokens.SignEncoded(payload) : $"{Parts[0]}.{payload}.{Parts[2]}"),
        token => Tokens.Verify(token) is null).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    private static string Unsigned(string header) => $"{Tokens.Encode(header)}.{Parts[1]}.";

    private static string Resigned(string header) => Tokens.Sign(Payload, Tokens.Encode(header));

    private static string SignedWith(byte[] key)
    {
        var signed = $"{Parts[0]}.{Parts[1]}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string SignedWithRsa()
    {
        var key = Strangers.ExportParameters(includePrivateParameters: false);
        var jwk = $$"""{"kty":"RSA","kid":"new","n":"{{System.Buffers.Text.Base64Url.EncodeToString(key.Modulus)}}","e":"{{System.Buffers.Text.Base64Url.EncodeToString(key.Exponent)}}"}""";
        var signed = $"{Tokens.Encode($$"""{"alg":"RS256","kid":"new","typ":"at+jwt","jwk":{{jwk}}}""")}.{Parts[1]}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(Strangers.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string With(string claim, string other)
    {
        Payload.ShouldContain(claim);
        return Tokens.Sign(Payload.Replace(claim, other, StringComparison.Ordinal));
    }

    private static string Exp(string value) => Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"exp\":[0-9]+", $"\"exp\":{value}"));

    private static string Nbf(string value) => Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"nbf\":[0-9]+", $"\"nbf\":{value}"));
}
