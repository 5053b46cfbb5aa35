using System.Text.Json.Serialization;
using NotificationService.Erasure;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>What to change of the tenant: what is left out stays, null goes back to its default, an object is merged, a list is replaced.</summary>
public sealed record TenantPatchRequest
{
    /// <summary>1 to 200 characters; null is refused.</summary>
    public string? Name { get; init; }

    /// <summary>A language tag such as fr-CA; en by default.</summary>
    public string? Locale { get; init; }

    /// <summary>A name of the IANA list such as Europe/Berlin; UTC by default.</summary>
    public string? Timezone { get; init; }

    /// <summary>By channel, the days after which content and addresses are redacted: 1 to 3,650; null: as long as the rows are kept.</summary>
    public Dictionary<string, int?>? RetentionDays { get; init; }

    /// <summary>How much may be sent.</summary>
    public TenantLimitsBody? Limits { get; init; }

    /// <summary>SMS a day by the beginning of the number in E.164, such as +44: at most 300; null removes one.</summary>
    public Dictionary<string, int?>? SmsCaps { get; init; }

    /// <summary>At most 100 domains that e-mail may come from; empty: any.</summary>
    public List<string?>? SendingDomains { get; init; }

    /// <summary>At most 50 origins whose pages may call the API: scheme, host and perhaps a port.</summary>
    public List<string?>? AllowedOrigins { get; init; }

    /// <summary>What templates may say of the tenant.</summary>
    public TenantBrandBody? Brand { get; init; }
}

/// <summary>How much may be sent.</summary>
public sealed record TenantLimitsBody
{
    /// <summary>Notifications a minute, 1 to 1,000,000; null: the service's own limit.</summary>
    public int? SendPerMinute { get; init; }

    /// <summary>Notifications a day by channel, 0 to 1,000,000,000; null: no quota.</summary>
    public Dictionary<string, int?>? Daily { get; init; }
}

/// <summary>What templates may say of the tenant, as <c>brand.name</c>, <c>brand.logoUrl</c> and <c>brand.color</c>.</summary>
public sealed record TenantBrandBody
{
    /// <summary>The tenant's name by default.</summary>
    public string? Name { get; init; }

    /// <summary>https.</summary>
    public string? LogoUrl { get; init; }

    /// <summary># and six hexadecimal digits.</summary>
    public string? Color { get; init; }
}

/// <summary>A tenant as it is set up.</summary>
/// <param name="Status">active or suspended.</param>
/// <param name="SuspendedReason">Why it is suspended; absent if it is not.</param>
/// <param name="RetentionDays">Only channels for which it was set.</param>
public sealed record TenantResponse(
    Guid Id, string Key, string Name, string Status, string? SuspendedReason, string Locale, string Timezone, IReadOnlyDictionary<string, int> RetentionDays,
    TenantLimitsResponse Limits, IReadOnlyDictionary<string, int> SmsCaps, IReadOnlyList<string> SendingDomains, IReadOnlyList<string> AllowedOrigins,
    TenantBrandResponse Brand, DateTimeOffset CreatedAt)
{
    internal static TenantResponse Of(TenantSettings settings) => new(
        settings.Tenant.Value, settings.Key, settings.Name, StatusOf(settings.Status), settings.SuspendedReason, settings.Locale, settings.Timezone, settings.RetentionDays,
        new(settings.Limits.SendPerMinute, settings.Limits.Daily), settings.SmsCaps, settings.SendingDomains, settings.AllowedOrigins,
        new(settings.Brand.Name, settings.Brand.LogoUrl, settings.Brand.Color), settings.CreatedAt);

    internal static string StatusOf(TenantStatus status) => status == TenantStatus.Suspended ? "suspended" : "active";
}

/// <summary>How much may be sent.</summary>
public sealed record TenantLimitsResponse(int? SendPerMinute, IReadOnlyDictionary<string, int> Daily);

/// <summary>What templates may say of the tenant.</summary>
public sealed record TenantBrandResponse(string Name, string? LogoUrl, string? Color);

/// <summary>Why a tenant is suspended.</summary>
public sealed record SuspendTenantRequest
{
    /// <summary>1 to 500 characters; the tenant's people see it.</summary>
    public string? Reason { get; init; }
}

/// <summary>A tenant that is to be, with an admin who is invited.</summary>
public sealed record CreateTenantRequest
{
    /// <summary>1 to 63 lower-case letters, digits and hyphens; made of the name if it is left out.</summary>
    public string? Key { get; init; }

    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Who sets it up.</summary>
    public InvitedAdminBody? Admin { get; init; }
}

/// <summary>Who is invited.</summary>
public sealed record InvitedAdminBody
{
    /// <summary>Where the invitation goes.</summary>
    public string? Email { get; init; }

    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }
}

/// <summary>A tenant that was made.</summary>
public sealed record CreatedTenantResponse(Guid Id, string Key, string Name, string Status, InvitedAdminResponse Admin);

/// <summary>Who was invited.</summary>
/// <param name="Status">invited: there is no password yet.</param>
public sealed record InvitedAdminResponse(Guid Id, string Email, string Name, string Status);

/// <summary>One of all tenants.</summary>
/// <param name="Status">active or suspended.</param>
/// <param name="SuspendedReason">Why it is suspended; absent if it is not.</param>
public sealed record ListedTenantResponse(Guid Id, string Key, string Name, string Status, string? SuspendedReason, DateTimeOffset CreatedAt)
{
    internal static ListedTenantResponse Of(ListedTenant tenant) => new(tenant.Id.Value, tenant.Key, tenant.Name, TenantResponse.StatusOf(tenant.Status), tenant.SuspendedReason, tenant.CreatedAt);
}

/// <summary>Why, and for how long, somebody of the platform acts in another tenant.</summary>
public sealed record ElevateRequest
{
    /// <summary>1 to 500 characters; the tenant's people see it in their log.</summary>
    public string? Reason { get; init; }

    /// <summary>1 to 60.</summary>
    public int? Minutes { get; init; }
}

/// <summary>A token of that tenant.</summary>
/// <param name="ExpiresIn">Seconds.</param>
public sealed record ElevatedResponse(string AccessToken, string TokenType, int ExpiresIn);

/// <summary>That the tenant is really meant.</summary>
public sealed record EraseTenantRequest
{
    /// <summary>The tenant's key.</summary>
    public string? Confirm { get; init; }
}

/// <summary>Where its receipt is.</summary>
public sealed record ErasureRequested(Guid ErasureId);

/// <summary>The receipt of a tenant's removal.</summary>
/// <param name="Status">running or finished.</param>
/// <param name="TenantDigest">The first half of the SHA-256 of the tenant's id.</param>
/// <param name="FinishedAt">Absent while it runs, as are keyId and signature.</param>
/// <param name="Rows">Rows removed so far, by table.</param>
public sealed record ErasureResponse(
    Guid Id, string Status, Guid TenantDigest, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, IReadOnlyDictionary<string, long> Rows, string? KeyId, string? Signature)
{
    internal static ErasureResponse Of(TenantErasure erasure) => new(
        erasure.Id, erasure.FinishedAt is null ? "running" : "finished", erasure.Digest, erasure.RequestedAt, erasure.FinishedAt, erasure.Counts, erasure.KeyId, erasure.Signature);
}

/// <summary>An export that may be fetched.</summary>
public sealed record TenantExportResponse(Guid ExportId, DateTimeOffset ExpiresAt);

/// <summary>What several of these bodies have in common.</summary>
internal static class TenantBodies
{
    public static FieldError? CheckReason(string? reason) =>
        reason is null ? new("/reason", "required", "Say why.")
        : string.IsNullOrWhiteSpace(reason) || reason.Length > TenantSuspension.LongestReason || !TenantSettingsCheck.IsPlain(reason)
            ? new("/reason", "text_invalid", $"A reason takes 1 to {TenantSuspension.LongestReason} characters without control characters.")
        : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TenantPatchRequest))]
[JsonSerializable(typeof(TenantResponse))]
[JsonSerializable(typeof(SuspendTenantRequest))]
[JsonSerializable(typeof(TenantExportResponse))]
[JsonSerializable(typeof(EraseTenantRequest))]
[JsonSerializable(typeof(ErasureRequested))]
[JsonSerializable(typeof(ErasureResponse))]
[JsonSerializable(typeof(CreateTenantRequest))]
[JsonSerializable(typeof(CreatedTenantResponse))]
[JsonSerializable(typeof(Page<ListedTenantResponse>))]
[JsonSerializable(typeof(ElevateRequest))]
[JsonSerializable(typeof(ElevatedResponse))]
internal sealed partial class TenantJson : JsonSerializerContext;
