namespace NotificationService.Host.Auth.Outside;

/// <summary>
/// <c>Notification:Oidc:*</c>: the OpenID Connect issuers whose tokens are accepted beside our own. Without any of them nobody else's token is looked at.
/// What stands here itself is one issuer, for who has a single one.
/// </summary>
public sealed class OidcOptions : OidcIssuerOptions
{
    public const string Section = "Notification:Oidc";

    /// <summary>The issuers.</summary>
    public IReadOnlyList<OidcIssuerOptions> Issuers { get; init; } = [];

    /// <summary>All of them, each with the name of its settings.</summary>
    public IEnumerable<(string Name, OidcIssuerOptions Issuer)> All()
    {
        if (Authority is not null || Audience is not null || Tenants is not null)
            yield return ("Notification__Oidc", this);
        for (var i = 0; i < Issuers.Count; i++)
            yield return ($"Notification__Oidc__Issuers__{i}", Issuers[i]);
    }
}

/// <summary>One OpenID Connect issuer, and what its word counts for here.</summary>
public class OidcIssuerOptions
{
    /// <summary>Its address, which is its name in tokens: <c>https://login.example.com/realms/shop</c>.</summary>
    public string? Authority { get; init; }

    /// <summary>Where its description is read, if not below the authority.</summary>
    public string? MetadataAddress { get; init; }

    /// <summary>What its tokens must name as their audience.</summary>
    public string? Audience { get; init; }

    /// <summary>Keys or ids of the tenants that it may vouch for, by commas; <c>*</c> for all.</summary>
    public string? Tenants { get; init; }

    /// <summary>The claim with the tenant's key or id.</summary>
    public string TenantClaim { get; init; } = "tenant_id";

    /// <summary>The claim with the person's id as a recipient.</summary>
    public string UserClaim { get; init; } = "sub";

    /// <summary>The claim with the roles; left out, <c>realm_access.roles</c>, or <c>roles</c>.</summary>
    public string? RolesClaim { get; init; }

    /// <summary>The claim with the names of groups.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>Whether it may make platform admins.</summary>
    public bool AllowPlatformAdmin { get; init; }
}
