using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Whose password may be the one that came: the users with an address in the tenants that are looked at. The number of look-ups depends on
/// nothing but on whether a tenant was named.
/// </summary>
public sealed class SignInCandidates(SignInLookup lookup, UserManager<User> users)
{
    /// <summary>What is looked at of an address that stands in more tenants.</summary>
    public const int MaxTenants = 5;

    /// <summary>So many tenants are looked at, whether there are as many or not.</summary>
    public static int Looked(string? tenantKey) => tenantKey is null ? MaxTenants : 1;

    /// <returns>A user, or null where there is none or the one there is may not sign in.</returns>
    public async Task<IReadOnlyList<User?>> FindAsync(string normalizedEmail, string? tenantKey, CancellationToken cancellationToken)
    {
        var tenants = await lookup.TenantsOfEmailAsync(normalizedEmail, tenantKey, cancellationToken);
        var candidates = new User?[Looked(tenantKey)];
        for (var i = 0; i < candidates.Length; i++)
        {
            var user = await users.FindByNameAsync(IdentityUserStore.NameOf(i < tenants.Count ? tenants[i] : default, normalizedEmail));
            candidates[i] = user is { DisabledAt: null } ? user : null;
        }

        return candidates;
    }
}
