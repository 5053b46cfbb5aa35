using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Shows whose password it is. Every candidate costs one verification, also one that is nobody and also after one that fits, so that the time
/// says nothing of how many there are.
/// </summary>
public sealed class PasswordVerification(IPasswordHasher<User> hasher, HashingLimiter limiter, PasswordOfNobody nobody)
{
    public Task<IReadOnlyList<FittingPassword>> FittingAsync(SignInSource source, IReadOnlyList<User?> candidates, string password, CancellationToken cancellationToken) =>
        limiter.CheckAsync(source, () => Task.FromResult<IReadOnlyList<FittingPassword>>(Fitting(candidates, password)), cancellationToken);

    private List<FittingPassword> Fitting(IReadOnlyList<User?> candidates, string password)
    {
        var fitting = new List<FittingPassword>(candidates.Count);
        foreach (var candidate in candidates)
        {
            var result = hasher.VerifyHashedPassword(candidate ?? nobody.User, candidate?.PasswordHash ?? nobody.Hash, password);
            if (candidate?.PasswordHash is not null && result != PasswordVerificationResult.Failed)
                fitting.Add(new FittingPassword(candidate, result == PasswordVerificationResult.SuccessRehashNeeded));
        }

        return fitting;
    }
}

/// <summary>A user whose password it is.</summary>
/// <param name="IsHashOld">Its hash is of fewer iterations than are usual now.</param>
public sealed record FittingPassword(User User, bool IsHashOld);
