using System.Net;
using NotificationService.Erasure;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>What an access token says, after it was verified or before it is signed.</summary>
/// <param name="Caller">Who bears it.</param>
/// <param name="ExpiresAt">The first instant at which it is no longer good.</param>
/// <param name="SignIn">The sign-in, that is the refresh-token family, it belongs to; null for a service account.</param>
/// <param name="AllowedNetworks">The networks it may be used from; empty for everywhere.</param>
public sealed record AccessToken(Caller Caller, DateTimeOffset ExpiresAt, Guid? SignIn, IReadOnlyList<IPNetwork> AllowedNetworks)
{
    /// <summary>When it has to be verified again although it has not expired; null: never. Of tokens whose end does not come from us.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }

    /// <summary>That of the user or service account when the token was made: once theirs is higher, the token has ended.</summary>
    public int Version { get; init; }

    /// <summary>Of the tenant's id: by it is known that the tenant was given up.</summary>
    public Guid TenantDigest { get; } = TenantErasure.DigestOf(Caller.Tenant);
}
