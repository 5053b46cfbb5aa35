using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Makes, hashes and checks the secrets of service accounts. Hashing is slow on purpose, because somebody may have
/// chosen a poor secret; what was found right is remembered for a few minutes, as a hash, so that an account that
/// fetches a token for every call does not cost that every time.
/// </summary>
public sealed partial class ClientSecrets(IPasswordHasher<ServiceAccount> hasher, HashingLimiter limiter, TimeProvider time)
{
    public const int LongestSecret = 256;
    private const int Capacity = 10_000;

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> verified = new(StringComparer.Ordinal);
    private readonly Lazy<string> hashOfNobody = new(() => hasher.HashPassword(Nobody, NewSecret()));

    private static ServiceAccount Nobody { get; } = new()
    {
        Id = Guid.Empty,
        TenantId = default,
        ClientId = "",
        Name = "",
        Scopes = [],
        Live = false,
        SecretHash = "",
        IpAllowList = [],
        CreatedAt = default,
    };

    public static string NewSecret() => $"nss_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";

    public static string NewClientId() => $"sa_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    public Task<string> HashAsync(TenantId tenant, string secret, CancellationToken cancellationToken) =>
        limiter.MakeAsync(tenant.Value, () => Task.FromResult(hasher.HashPassword(Nobody, secret)), cancellationToken);

    /// <summary>
    /// Which of the account's secrets it is. What is none takes as long whether there is an account or not, and whether it has two secrets or one.
    /// </summary>
    public async Task<FittingSecret> VerifyAsync(ServiceAccount? account, string secret, SignInSource source, CancellationToken cancellationToken)
    {
        if (secret.Length is 0 or > LongestSecret)
            return FittingSecret.None;
        if (await FitsAsync(account, account?.SecretHash, secret, source, cancellationToken))
            return FittingSecret.Newest;
        var previous = account?.PreviousUntil > time.GetUtcNow() ? account.PreviousHash : null;
        return await FitsAsync(account, previous, secret, source, cancellationToken) ? FittingSecret.Previous : FittingSecret.None;
    }

    private async Task<bool> FitsAsync(ServiceAccount? account, string? hash, string secret, SignInSource source, CancellationToken cancellationToken)
    {
        var key = account is null || hash is null ? null : Fingerprint(account, hash, secret);
        if (IsRemembered(key))
            return true;
        // Many of one account that begin at once wait for the first of them only.
        var right = await limiter.CheckAsync(
            source,
            () => Task.FromResult(IsRemembered(key) || hasher.VerifyHashedPassword(account ?? Nobody, hash ?? hashOfNobody.Value, secret) != PasswordVerificationResult.Failed),
            cancellationToken);
        if (!right || key is null)
            return false;
        if (verified.Count >= Capacity)
            verified.Clear();
        verified[key] = time.GetUtcNow() + Remembered;
        return true;
    }

    /// <summary>Whether it can be a client id: one of ours, or one that a seed chose.</summary>
    public static bool IsClientId(string text) => ClientId().IsMatch(text);

    private bool IsRemembered(string? key) => key is not null && verified.TryGetValue(key, out var until) && until > time.GetUtcNow();

    /// <summary>The stored hash is part of it, so that a rotated secret is forgotten at once.</summary>
    private static string Fingerprint(ServiceAccount account, string hash, string secret) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Id:n}\0{hash}\0{secret}")));

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ClientId();
}

/// <summary>Which secret of a service account was shown.</summary>
public enum FittingSecret
{
    None,

    /// <summary>The one before the newest, which is good for a while more.</summary>
    Previous,
    Newest,
}
