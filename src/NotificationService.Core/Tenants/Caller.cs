namespace NotificationService.Tenants;

/// <summary>Who asks: read from a verified token, and the only source of the tenant that a request works on.</summary>
/// <param name="Tenant">The tenant whose rows the request may see.</param>
/// <param name="Kind">A service of the tenant or a person.</param>
/// <param name="Id">The service account or the user row.</param>
/// <param name="UserId">A person's opaque id as recipient; null for a service account.</param>
/// <param name="Live">False for a test account, whose sends only ever reach the sandbox.</param>
/// <param name="Scopes">What a service account may do; empty for a person.</param>
/// <param name="Roles">What a person may do; empty for a service account.</param>
public sealed record Caller(TenantId Tenant, CallerKind Kind, Guid Id, string? UserId, bool Live, IReadOnlySet<string> Scopes, IReadOnlySet<string> Roles)
{
    /// <summary>The one mode that the caller reads and changes: a service account's own, true for live; null for a person, who sees both.</summary>
    public bool? OnlyMode => Kind == CallerKind.ServiceAccount ? Live : null;
}

public enum CallerKind
{
    ServiceAccount,
    User,
}
