using System.Collections.Frozen;

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
    /// <summary>Set while somebody of the platform acts in this tenant, which is not theirs; null for everybody else.</summary>
    public Elevation? Elevation { get; init; }

    /// <summary>The groups that a person belongs to, by names that the tenant chose; empty for a service account.</summary>
    public IReadOnlySet<string> Groups { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Rooms of real time that a backend lets a person without a log-in into; empty for everybody else.</summary>
    public IReadOnlySet<string> Rooms { get; init; } = FrozenSet<string>.Empty;

    /// <summary>A person without a log-in, for whom a service account vouches: the id is that account's, and only the person's own things are open.</summary>
    public bool IsVouchedFor { get; init; }

    /// <summary>False for a person of an outside issuer who is none of the tenant's users: the id is that of no row.</summary>
    public bool HasAccount { get; init; } = true;

    /// <summary>The one mode that the caller reads and changes: a service account's own, true for live, and that of whom it vouches for; null for a person, who sees both.</summary>
    public bool? OnlyMode => Kind == CallerKind.ServiceAccount || IsVouchedFor ? Live : null;
}

public enum CallerKind
{
    ServiceAccount,
    User,
}
