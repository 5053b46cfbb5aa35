using System.Net;
using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Checks a person's e-mail address and password. Unknown, wrong, locked and disabled are one answer and take the
/// same work. Where the address is a user's in several tenants and none is named, the first that fits the password.
/// </summary>
public sealed class PasswordSignIn(SignInLookup lookup, UserManager<User> users, IPasswordHasher<User> hasher, HashingGate gate, SignInLimits limits, PasswordOfNobody nobody)
{
    public Task<User?> SignInAsync(string email, string password, string? tenantKey, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.OfPerson(address, email);
        return limits.RunAsync(source, () => SignInAsync(email, password, tenantKey, source, cancellationToken));
    }

    private async Task<User?> SignInAsync(string email, string password, string? tenantKey, SignInSource source, CancellationToken cancellationToken)
    {
        var normalized = IdentityUserStore.Normalize(email);
        var wrong = new List<User>();
        var hashed = false;
        foreach (var tenant in await lookup.TenantsOfEmailAsync(normalized, tenantKey, cancellationToken))
        {
            var user = await users.FindByNameAsync(IdentityUserStore.NameOf(tenant, normalized));
            if (user is null || user.DisabledAt is not null || await users.IsLockedOutAsync(user))
                continue;
            hashed = true;
            if (await gate.CheckAsync(source, () => users.CheckPasswordAsync(user, password), cancellationToken))
            {
                if (user.FailedLogins > 0)
                    await users.ResetAccessFailedCountAsync(user);
                return user;
            }

            wrong.Add(user);
        }

        if (!hashed)
            await gate.CheckAsync(source, () => Task.FromResult(hasher.VerifyHashedPassword(nobody.User, nobody.Hash, password)), cancellationToken);
        foreach (var user in wrong)
            await users.AccessFailedAsync(user);
        return null;
    }
}
