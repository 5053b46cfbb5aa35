namespace NotificationService.Host.Observability;

/// <summary>One answer for all who ask at about the same time: whoever asks while it is worked out waits for it, and whoever asks soon after is given it again.</summary>
/// <param name="lifetime">From the beginning of a check; the next one begins no earlier.</param>
public sealed class SharedCheck<T>(Func<Task<T>> check, TimeSpan lifetime, TimeProvider time)
{
    private readonly Lock sync = new();
    private Task<T>? last;
    private long began;

    public Task<T> AskAsync(CancellationToken cancellationToken)
    {
        Task<T> response;
        lock (sync)
        {
            if (last is null || (last.IsCompleted && time.GetElapsedTime(began) >= lifetime))
                (began, last) = (time.GetTimestamp(), check());
            response = last;
        }

        // Who goes away does not take the response from the others.
        return response.WaitAsync(cancellationToken);
    }
}
