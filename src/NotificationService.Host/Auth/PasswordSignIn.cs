using System.Net;
using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Checks a person's e-mail address and password. Unknown, wrong and disabled are one answer and take the same work: the same statements and as many
/// verifications, and nothing is written. Anybody may register a tenant under any address, so where no tenant is named several are tried, and the one
/// that the password fits is it.
/// </summary>
public sealed class PasswordSignIn(
    SignInCandidates candidates, PasswordVerification verification, SignInLimits limits, SignInRecords records, UserManager<User> users, SecondFactors factors)
{
    /// <exception cref="Http.ProblemException">There were too many failures, or too many wait.</exception>
    public async Task<SignInOutcome> SignInAsync(string email, string password, string? tenantKey, string? code, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.OfPerson(address, email);
        return await limits.RunAsync(source, token => TryAsync(email, password, tenantKey, code, source, token), cancellationToken) ?? new SignInOutcome.Refused();
    }

    /// <summary>Whether it is the password of somebody who has signed in. Failures count as those of a log-in do.</summary>
    /// <exception cref="Http.ProblemException">There were too many failures, or too many wait.</exception>
    public async Task<bool> IsOfAsync(User user, string? password, IPAddress? address, CancellationToken cancellationToken)
    {
        if (password is null or { Length: > SignUpRules.LongestPassword })
            return false;
        var source = SignInSource.OfPerson(address, user.Email);
        return await limits.RunAsync(
            source,
            async token => await verification.FittingAsync(source, [user], password, token) is [var fitting] ? fitting : null,
            cancellationToken) is not null;
    }

    /// <summary>Null: they fit nowhere.</summary>
    private async Task<SignInOutcome?> TryAsync(string email, string password, string? tenantKey, string? code, SignInSource source, CancellationToken cancellationToken)
    {
        var found = await candidates.FindAsync(IdentityUserStore.Normalize(email), tenantKey, cancellationToken);
        switch (await verification.FittingAsync(source, found, password, cancellationToken))
        {
            case [var (user, isHashOld)]:
                if (isHashOld)
                    await users.CheckPasswordAsync(user, password); // which stores a new one
                // Only now: what comes of a code says that the password was right.
                return await factors.VerifyAsync(user, code, cancellationToken) switch
                {
                    CodeOutcome.None or CodeOutcome.Right => new SignInOutcome.SignedIn(user),
                    CodeOutcome.Missing => new SignInOutcome.CodeRequired(IsWrong: false),
                    CodeOutcome.Wrong => new SignInOutcome.CodeRequired(IsWrong: true),
                    CodeOutcome.TooMany => new SignInOutcome.TooManyCodes(),
                    _ => throw new InvalidOperationException("a closed set"),
                };
            case []:
                foreach (var user in found.OfType<User>())
                    records.NoteFailure(user.TenantId, $"user/{user.Id}");
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

    /// <summary>They fit, and the person has a second factor.</summary>
    /// <param name="IsWrong">A code came with them.</param>
    public sealed record CodeRequired(bool IsWrong) : SignInOutcome;

    /// <summary>They fit, and too many wrong codes came with them lately.</summary>
    public sealed record TooManyCodes : SignInOutcome;

    /// <summary>They fit nowhere.</summary>
    public sealed record Refused : SignInOutcome;
}
