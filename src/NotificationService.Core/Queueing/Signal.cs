namespace NotificationService.Queueing;

/// <summary>Says within the process that there may be something to do. Given any number of times before anybody waits, it is there once.</summary>
#pragma warning disable CA1001 // a semaphore holds nothing until its wait handle is asked for; disposed, it would never wake whoever waits, not even when his time is up
public sealed class Signal
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim given = new(0, 1);

    public void Give()
    {
        try
        {
            if (given.CurrentCount == 0)
                given.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else gave it in between: it is there.
        }
    }

    /// <summary>Ends when it was given, or after a while.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => given.WaitAsync(timeout, cancellationToken);
}
