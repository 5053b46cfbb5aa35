using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Credentials;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth;

/// <summary>A writer and a verifier with the same keys at a time that stands still.</summary>
internal static class Tokens
{
    public static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
    public static readonly string OldKey = $"old:{Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())}";
    public static readonly string NewKey = $"new:{Convert.ToBase64String(Enumerable.Repeat((byte)9, 32).ToArray())}";

    public static readonly Caller Service = new(
        new TenantId(new Guid("01900000-0000-7000-8000-0000000000aa")), CallerKind.ServiceAccount, new Guid("01900000-0000-7000-8000-0000000000bb"), null, false,
        Scopes.Of([Scopes.Send, Scopes.Read]), Scopes.Of([]));

    public static readonly Caller Person = new(
        new TenantId(new Guid("01900000-0000-7000-8000-0000000000aa")), CallerKind.User, new Guid("01900000-0000-7000-8000-0000000000cc"), "ann", true,
        Scopes.Of([]), Scopes.Of([UserRoles.Admin]));

    public static AccessTokenKeys Keys(string masterKeys) => new(MasterKeys.Parse(masterKeys));

    public static AccessToken For(Caller caller, TimeSpan? lifetime = null) => new(caller, Now + (lifetime ?? TimeSpan.FromMinutes(15)), null, []);

    public static string Write(AccessToken token, string? masterKeys = null, DateTimeOffset? at = null)
    {
        var time = new ManualTime(at ?? Now);
        return new AccessTokenWriter(Keys(masterKeys ?? NewKey), new Ids(time), time).Write(token);
    }

    public static AccessToken? Verify(string token, string? masterKeys = null, DateTimeOffset? at = null)
    {
        var verified = new AccessTokenVerifier(Keys(masterKeys ?? NewKey), new ManualTime(at ?? Now)).VerifyAsync(token, CancellationToken.None).AsTask();
        verified.IsCompletedSuccessfully.ShouldBeTrue("it waits for nothing, and no token makes it throw");
        return verified.GetAwaiter().GetResult();
    }

    /// <summary>Signs anything as the service would: what a defect of ours, not an attacker, could produce.</summary>
    public static string Sign(string payload, string? header = null) => SignEncoded(Encode(payload), header);

    /// <summary>The same of a payload in base64url, or in what is none.</summary>
    public static string SignEncoded(string payload, string? header = null)
    {
        var key = MasterKeys.Parse(NewKey).DeriveKey("access token HS256", "new");
        var signed = $"{header ?? Encode("""{"alg":"HS256","kid":"new","typ":"at+jwt"}""")}.{payload}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Decode(string segment) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(segment));
}
