using NotificationService.Host.Api;

namespace NotificationService.Host.Auth;

/// <summary>
/// Bounds how much of the machine the hashing of passwords and secrets may take, so that nobody can starve the rest
/// of the service by guessing. Who finds too many waiting is asked to come again.
/// </summary>
public sealed class HashingGate : IDisposable
{
    private const int MostWaiting = 64;

    private readonly SemaphoreSlim slots = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int waiting;

    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting)
                throw new ProblemException(Problems.RateLimited("Too many sign-ins at this moment.", TimeSpan.FromSeconds(1)));
            await slots.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return await work();
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();
}
