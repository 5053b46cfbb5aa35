using NotificationService.Host.Http;

namespace NotificationService.Host.Auth;

/// <summary>
/// Bounds how much of the machine the hashing of passwords and secrets may take, so that nobody can starve the rest of the service by guessing, and
/// shares it between networks and accounts. Sign-in and what makes accounts have a part each. Who finds too many waiting is asked to come again.
/// </summary>
public sealed class HashingLimiter
{
    public const string BusyCode = "sign_in_busy";

    /// <summary>Waiting for the hashing of one account from one network address.</summary>
    public const int MaxWaitingOfAccount = 16;

    /// <summary>Waiting from one network address.</summary>
    public const int MaxWaitingOfNetwork = 32;

    private const int MaxWaiting = 512;

    private readonly FairPermits checking = Permits();
    private readonly FairPermits making = Permits();

    /// <summary>Checks what somebody signs in with.</summary>
    public Task<T> CheckAsync<T>(SignInSource source, Func<Task<T>> work, CancellationToken cancellationToken) => RunAsync(checking, source, work, cancellationToken);

    /// <summary>Hashes what an account is made with.</summary>
    /// <param name="owner">Whose doing it is: a network or a tenant.</param>
    public Task<T> MakeAsync<T>(Guid owner, Func<Task<T>> work, CancellationToken cancellationToken) => RunAsync(making, new SignInSource(owner, ""), work, cancellationToken);

    private static FairPermits Permits() => new(Math.Max(1, Environment.ProcessorCount / 2), MaxWaitingOfAccount, MaxWaitingOfNetwork, MaxWaiting);

    private static async Task<T> RunAsync<T>(FairPermits permits, SignInSource source, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (!await permits.TryEnterAsync(source, cancellationToken))
            throw new ProblemException(Problems.LimitReached(
                BusyCode, $"Too many wait: at most {MaxWaitingOfAccount} of one account and {MaxWaitingOfNetwork} of one network address.", TimeSpan.FromSeconds(1)));
        try
        {
            return await work();
        }
        finally
        {
            permits.Release();
        }
    }
}
