using System.Net;
using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Checks a person's e-mail address and password. Unknown, wrong and disabled are one answer and take the same work: the same statements and as many
/// verifications, and nothing is written. Anybody may register a tenant under any address, so where no tenant is named several are tried, and the one
/// that the password fits is it.
/// </summary>
public sealed class PasswordSignIn(SignInCandidates candidates, PasswordVerification verification, SignInLimits limits, UserManager<User> users)
{
    /// <exception cref="Http.ProblemException">There were too many failures, or too many wait.</exception>
    public async Task<SignInOutcome> SignInAsync(string email, string password, string? tenantKey, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.OfPerson(address, email);
        return await limits.RunAsync(source, token => TryAsync(email, password, tenantKey, source, token), cancellationToken) ?? new SignInOutcome.Refused();
    }

    /// <summary>Null: they fit nowhere.</summary>
    private async Task<SignInOutcome?> TryAsync(string email, string password, string? tenantKey, SignInSource source, CancellationToken cancellationToken)
    {
        var found = await candidates.FindAsync(IdentityUserStore.Normalize(email), tenantKey, cancellationToken);
        switch (await verification.FittingAsync(source, found, password, cancellationToken))
        {
            case [var (user, isHashOld)]:
                if (isHashOld)
                    await users.CheckPasswordAsync(user, password); // which stores a new one
                return new SignInOutcome.SignedIn(user);
            case []:
                return null;
            default:
                return new SignInOutcome.TenantRequired();
        }
    }
}

/// <summary>What came of an address and a password.</summary>
public abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record SignedIn(User User) : SignInOutcome;

    /// <summary>They fit in several tenants, and none was named.</summary>
    public sealed record TenantRequired : SignInOutcome;

    /// <summary>They fit nowhere.</summary>
    public sealed record Refused : SignInOutcome;
}
