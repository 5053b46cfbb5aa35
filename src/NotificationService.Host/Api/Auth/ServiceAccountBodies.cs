using System.Text.Json.Serialization;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>A service account to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do: notifications:send, notifications:read, recipients:write, events:publish, admin.</param>
/// <param name="Mode">live, or test: what a test account sends only ever reaches the sandbox.</param>
/// <param name="IpAllowList">Addresses and CIDR blocks it may call from; from everywhere if left out.</param>
/// <param name="ExpiresAt">When it stops being good; never if left out.</param>
public sealed record NewServiceAccount(string? Name, IReadOnlyList<string>? Scopes, string? Mode, IReadOnlyList<string>? IpAllowList, DateTimeOffset? ExpiresAt);

/// <summary>A service account.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ClientId">The id it signs in with.</param>
/// <param name="ClientSecret">The secret it signs in with: only in the answer to making it and to rotating the secret, never again.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Mode">live or test.</param>
/// <param name="IpAllowList">Addresses and CIDR blocks it may call from; empty for everywhere.</param>
/// <param name="ExpiresAt">When it stops being good.</param>
/// <param name="DisabledAt">When it was disabled.</param>
/// <param name="RotatedAt">When its secret was last replaced.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record ServiceAccountResponse(
    Guid Id,
    string ClientId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientSecret,
    string Name,
    IReadOnlyList<string> Scopes,
    string Mode,
    IReadOnlyList<string> IpAllowList,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? DisabledAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset CreatedAt)
{
    public static ServiceAccountResponse Of(ServiceAccount account, string? secret = null) => new(
        account.Id, account.ClientId, secret, account.Name, account.Scopes, account.Live ? "live" : "test", account.IpAllowList,
        account.ExpiresAt, account.DisabledAt, account.RotatedAt, account.CreatedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewServiceAccount))]
[JsonSerializable(typeof(ServiceAccountResponse))]
[JsonSerializable(typeof(Page<ServiceAccountResponse>))]
public sealed partial class ServiceAccountJson : JsonSerializerContext;
