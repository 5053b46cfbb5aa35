using System.Text;
using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth.Outside;

/// <summary>What a verified token of an outside issuer says of its bearer, by the names that the configuration gives.</summary>
/// <param name="Options">The issuer's settings.</param>
/// <param name="Issuer">The issuer, as it spells itself.</param>
/// <param name="Subject">The bearer, as the issuer knows it, for ever.</param>
/// <param name="Tenant">Key or id of the tenant.</param>
/// <param name="UserId">A person's id as a recipient; null for a service.</param>
/// <param name="Email">An address that the issuer has verified; null where there is none.</param>
/// <param name="Roles">Of a person.</param>
/// <param name="Scopes">Of a service.</param>
/// <param name="Groups">Of a person.</param>
/// <param name="ExpiresAt">The first instant at which the token is no longer taken.</param>
public sealed record OutsideClaims(
    OidcIssuerOptions Options, string Issuer, string Subject, string Tenant, string? UserId, string? Email, IReadOnlyList<string> Roles, IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Groups, DateTimeOffset ExpiresAt)
{
    public const int MaxGroups = 50;

    private const int LongestSubject = 255;
    private const int LongestUserId = 128;
    private const int LongestTenant = 64;
    private const int LongestEmail = 254;
    private const int LongestGroup = 128;
    private const int MaxNames = 1000;

    private static readonly string[] RolesByDefault = ["realm_access.roles", "roles"];

    /// <summary>No person: a program that signed in for itself.</summary>
    public bool IsService => UserId is null;

    /// <summary>Null where it says nobody, or no tenant.</summary>
    public static OutsideClaims? Read(JsonElement claims, OidcIssuerOptions options, string issuer, DateTimeOffset expiresAt)
    {
        // Subjects are ASCII (OpenID Connect Core, 2), so that no two of them look alike.
        if (Text(claims, "sub", LongestSubject) is not { } subject || !Ascii.IsValid(subject) || Text(claims, options.TenantClaim, LongestTenant) is not { } tenant)
            return null;
        var roles = Names(claims, options.RolesClaim is { } named ? [named] : RolesByDefault);
        if (IsOfService(claims, subject))
        {
            var scopes = roles.Concat(Names(claims, ["scope"])).Where(NotificationService.Tenants.Scopes.All.Contains).Distinct(StringComparer.Ordinal);
            return new OutsideClaims(options, issuer, subject, tenant, UserId: null, Email: null, Roles: [], [.. scopes], Groups: [], expiresAt);
        }

        if (Text(claims, options.UserClaim, LongestUserId) is not { } user)
            return null;
        var isVerified = claims.TryGetProperty("email_verified", out var verified) && verified.ValueKind == JsonValueKind.True;
        return new OutsideClaims(
            options, issuer, subject, tenant, user,
            isVerified ? Text(claims, "email", LongestEmail) : null,
            [.. roles.Where(role => UserRoles.All.Contains(role) && (options.AllowPlatformAdmin || role != UserRoles.PlatformAdmin)).Distinct(StringComparer.Ordinal)],
            Scopes: [],
            [.. Names(claims, [options.GroupsClaim]).Where(group => group.Length is > 0 and <= LongestGroup && IsStorable(group)).Distinct(StringComparer.Ordinal).Take(MaxGroups)],
            expiresAt);
    }

    /// <summary>
    /// Where no person is involved the subject is the client itself (RFC 9068, 2.2); Auth0 adds "@clients". Keycloak makes a user of a name that it forms of the
    /// client's, and says the client's id in a claim that people's tokens lack.
    /// </summary>
    private static bool IsOfService(JsonElement claims, string subject)
    {
        var client = Text(claims, "client_id", LongestSubject) ?? Text(claims, "azp", LongestSubject);
        if (client is null)
            return false;
        return subject == client || subject == $"{client}@clients"
            || (Text(claims, "preferred_username", LongestSubject) == $"service-account-{client.ToLowerInvariant()}" && claims.TryGetProperty("client_id", out _) && !claims.TryGetProperty("sid", out _));
    }

    /// <summary>A claim of that name; or, if there is none, what stands at the end of the path that the name is.</summary>
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out var whole))
            return whole;
        var found = claims;
        foreach (var part in name.Split('.'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(part, out found))
                return null;
        }

        return found;
    }

    private static string? Text(JsonElement claims, string name, int longest) =>
        Find(claims, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text && text.Length <= longest && IsStorable(text) ? text : null;

    /// <summary>A list of texts, or words of one text. The first of the names that there is counts.</summary>
    private static string[] Names(JsonElement claims, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            switch (Find(claims, name))
            {
                case { ValueKind: JsonValueKind.Array } list:
                    return [.. list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Take(MaxNames).Select(one => one.GetString()!)];
                case { ValueKind: JsonValueKind.String } text:
                    return text.GetString()!.Split(' ', MaxNames, StringSplitOptions.RemoveEmptyEntries);
                default:
                    continue;
            }
        }

        return [];
    }

    private static bool IsStorable(string text) => StorableText.Of(text, text.Length) == text;
}
