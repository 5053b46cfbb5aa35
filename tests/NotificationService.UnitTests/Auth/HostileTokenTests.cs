using System.Security.Cryptography;
using System.Text;

namespace NotificationService.UnitTests.Auth;

/// <summary>Tokens that somebody made up, tampered with, or that a defect of ours might sign. None is good.</summary>
public sealed class HostileTokenTests
{
    private static readonly string Good = Tokens.Write(Tokens.For(Tokens.Person));
    private static readonly string[] Parts = Good.Split('.');
    private static readonly string Payload = Tokens.Decode(Parts[1]);

    public static TheoryData<string, string> Forged => new()
    {
        { "empty", "" },
        { "dots only", ".." },
        { "two dots in a row", $"{Parts[0]}..{Parts[2]}" },
        { "no signature", $"{Parts[0]}.{Parts[1]}." },
        { "two parts", $"{Parts[0]}.{Parts[1]}" },
        { "four parts", $"{Good}.{Parts[2]}" },
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
        { "no JSON", Tokens.Sign("hello") },
        { "an array", Tokens.Sign("[]") },
        { "null", Tokens.Sign("null") },
        { "an empty object", Tokens.Sign("{}") },
        { "deep nesting", Tokens.Sign(string.Concat(Enumerable.Repeat("""{"a":""", 500)) + "1" + new string('}', 500)) },
        { "another issuer", With("\"iss\":\"notification-service\"", "\"iss\":\"someone\"") },
        { "another audience", With("\"aud\":\"notification-service\"", "\"aud\":\"someone\"") },
        { "an array of audiences", With("\"aud\":\"notification-service\"", "\"aud\":[\"notification-service\"]") },
        { "no exp", Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"exp\":[0-9]+,", "")) },
        { "exp as text", Exp("\"1999999999\"") },
        { "exp as a fraction", Exp("1777863721.5") },
        { "exp negative", Exp("-1") },
        { "exp of 1e18", Exp("1000000000000000000") },
        { "exp beyond 64 bits", Exp("99999999999999999999999") },
        { "exp in 2038", Exp("2147483647") },
        { "exp null", Exp("null") },
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

    private static string Unsigned(string header) => $"{Tokens.Encode(header)}.{Parts[1]}.";

    private static string Resigned(string header) => Tokens.Sign(Payload, Tokens.Encode(header));

    private static string SignedWith(byte[] key)
    {
        var signed = $"{Parts[0]}.{Parts[1]}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string With(string claim, string other)
    {
        Payload.ShouldContain(claim);
        return Tokens.Sign(Payload.Replace(claim, other, StringComparison.Ordinal));
    }

    private static string Exp(string value) => Tokens.Sign(System.Text.RegularExpressions.Regex.Replace(Payload, "\"exp\":[0-9]+", $"\"exp\":{value}"));
}
