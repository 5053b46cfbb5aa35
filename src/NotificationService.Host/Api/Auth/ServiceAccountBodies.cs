using System.Text.Json.Serialization;
using NotificationService.Host.Auth;
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

/// <summary>What is to change of a service account; what is left out stays.</summary>
public sealed record ServiceAccountPatch
{
    private DateTimeOffset? expiresAt;

    /// <summary>What it is for.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do from now on.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>live or test. What it made in the other mode is then as if it were not there for it.</summary>
    public string? Mode { get; init; }

    /// <summary>Addresses and CIDR blocks it may call from; an empty list for everywhere.</summary>
    public IReadOnlyList<string>? IpAllowList { get; init; }

    /// <summary>When it stops being good; null for never.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get => expiresAt;
        // Not init: the reader sets those that are left out as well.
        set => (expiresAt, Expires) = (value, true);
    }

    [JsonIgnore]
    internal bool Expires { get; private set; }

    internal ServiceAccountChange ToChange() => new(Name, Scopes, Mode is null ? null : Mode == "live", IpAllowList, Expires, ExpiresAt);
}

/// <summary>How a secret is replaced.</summary>
/// <param name="GraceHours">For how many hours the old secret is good beside the new one: 0, the default, to 168.</param>
public sealed record RotateServiceAccountRequest(int? GraceHours)
{
    internal const int MaxHours = 168;
}

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
/// <param name="GraceEndsAt">Until when the secret before this one is good too; null when it is not.</param>
/// <param name="LastUsedAt">When it last asked for a token or called with one, to the minute; null for never.</param>
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
    DateTimeOffset? GraceEndsAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset CreatedAt)
{
    public static ServiceAccountResponse Of(ServiceAccount account, DateTimeOffset now, string? secret = null) => new(
        account.Id, account.ClientId, secret, account.Name, account.Scopes, account.Live ? "live" : "test", account.IpAllowList,
        account.ExpiresAt, account.DisabledAt, account.RotatedAt, account.PreviousUntil > now ? account.PreviousUntil : null, account.LastUsedAt, account.CreatedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewServiceAccount))]
[JsonSerializable(typeof(ServiceAccountPatch))]
[JsonSerializable(typeof(RotateServiceAccountRequest))]
[JsonSerializable(typeof(ServiceAccountResponse))]
[JsonSerializable(typeof(Page<ServiceAccountResponse>))]
public sealed partial class ServiceAccountJson : JsonSerializerContext;
