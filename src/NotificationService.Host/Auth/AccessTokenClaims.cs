using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>What an access token says of its bearer: how it is written, and how it is read once the token was verified.</summary>
internal static class AccessTokenClaims
{
    private const string ServiceAccountKind = "service_account";
    private const string UserKind = "user";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <param name="token">What to say; issuer, audience and times are the writer's.</param>
    /// <param name="id">The token's own.</param>
    public static Dictionary<string, object> Of(AccessToken token, Guid id)
    {
        var caller = token.Caller;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["jti"] = id.ToString(),
            ["sub"] = caller.Id.ToString(),
            ["tenant"] = caller.Tenant.Value.ToString(),
            ["kind"] = caller.Kind == CallerKind.User ? UserKind : ServiceAccountKind,
            ["live"] = caller.Live,
        };
        if (caller.UserId is { } userId)
            claims["uid"] = userId;
        if (token.SignIn is { } signIn)
            claims["sid"] = signIn.ToString();
        if (caller.Elevation is { } elevation)
            claims["home"] = elevation.Home.Value.ToString();
        if (caller.Kind == CallerKind.User)
            claims["roles"] = caller.Roles.Order(StringComparer.Ordinal).ToArray();
        else
            claims["scope"] = string.Join(' ', caller.Scopes.Order(StringComparer.Ordinal));
        if (token.Version > 0)
            claims["ver"] = token.Version;
        if (caller.Groups.Count > 0)
            claims["groups"] = caller.Groups.Order(StringComparer.Ordinal).ToArray();
        if (caller.Rooms.Count > 0)
            claims["rooms"] = caller.Rooms.Order(StringComparer.Ordinal).ToArray();
        if (caller.IsVouchedFor)
            claims["vouched"] = true;
        if (token.AllowedNetworks.Count > 0)
            claims["nets"] = token.AllowedNetworks.Select(network => network.ToString()).ToArray();
        return claims;
    }

    /// <summary>
    /// Null when the claims are not as they are written. The library takes the last of two claims of one name, a number in quotes and a list of
    /// one text for what they seem to mean; nobody but this service signs, so such a token is a defect of ours and refused like any other.
    /// </summary>
    public static AccessToken? Read(JsonWebToken verified)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(verified.EncodedPayload), Strict);
            return IsOfOurKinds(document.RootElement) ? Read(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static bool IsOfOurKinds(JsonElement claims) =>
        claims.GetProperty("iss").ValueKind == JsonValueKind.String && claims.GetProperty("aud").ValueKind == JsonValueKind.String
        && claims.GetProperty("nbf").TryGetInt64(out _);

    private static AccessToken? Read(JsonElement claims)
    {
        if (KindOf(claims.GetProperty("kind")) is not { } kind)
            return null;
        Guid? signIn = claims.TryGetProperty("sid", out var family) ? family.GetGuid() : null;
        var caller = new Caller(
            new TenantId(claims.GetProperty("tenant").GetGuid()),
            kind,
            claims.GetProperty("sub").GetGuid(),
            claims.TryGetProperty("uid", out var userId) ? userId.GetString() : null,
            claims.GetProperty("live").GetBoolean(),
            Scopes.Of(kind == CallerKind.ServiceAccount ? Text(claims.GetProperty("scope")).Split(' ', StringSplitOptions.RemoveEmptyEntries) : []),
            Scopes.Of(kind == CallerKind.User ? Strings(claims.GetProperty("roles")) : []))
        {
            Rooms = Scopes.Of(claims.TryGetProperty("rooms", out var rooms) ? Strings(rooms) : []),
            IsVouchedFor = claims.TryGetProperty("vouched", out var vouched) && vouched.GetBoolean(),
            Groups = Scopes.Of(claims.TryGetProperty("groups", out var groups) ? Strings(groups) : []),
            // Without the sign-in that it ends with there is no elevation.
            Elevation = claims.TryGetProperty("home", out var home) ? new Elevation(new TenantId(home.GetGuid()), signIn ?? throw new FormatException("an elevation has a sign-in")) : null,
        };
        return new AccessToken(
            caller,
            DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()),
            signIn,
            claims.TryGetProperty("nets", out var networks) ? [.. Strings(networks).Select(text => IPNetwork.Parse(text))] : [])
        {
            Version = claims.TryGetProperty("ver", out var version) ? version.GetInt32() : 0,
        };
    }

    private static CallerKind? KindOf(JsonElement kind) =>
        kind.ValueEquals(ServiceAccountKind) ? CallerKind.ServiceAccount
        : kind.ValueEquals(UserKind) ? CallerKind.User
        : null;

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(Text);

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("null is no text");
}
