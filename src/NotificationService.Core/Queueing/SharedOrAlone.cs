namespace NotificationService.Queueing;

/// <summary>
/// Work that may run beside its like, and work that must run alone: that waits for what has begun to end, and what comes after it waits for it. In the
/// order in which they come. A turn lasts until it is disposed of.
/// </summary>
public sealed class SharedOrAlone
{
    private readonly Lock sync = new();
    private Task entered = Task.CompletedTask;
    private int inside;
    private TaskCompletionSource? emptied;

    /// <param name="cancellationToken">Ends the wait; then there is no turn.</param>
    public async Task<IDisposable> ShareAsync(CancellationToken cancellationToken)
    {
        var own = await EnterAsync(cancellationToken);
        lock (sync)
            inside++;
        own.SetResult();
        return new Shared(this);
    }

    /// <param name="cancellationToken">Ends the wait; then there is no turn.</param>
    public async Task<IDisposable> AloneAsync(CancellationToken cancellationToken)
    {
        var own = await EnterAsync(cancellationToken);
        try
        {
            await NobodyInsideAsync().WaitAsync(cancellationToken);
            return new Alone(own);
        }
        catch (OperationCanceledException)
        {
            own.SetResult();
            throw;
        }
    }

    /// <summary>Whoever comes next enters once the response is set; one that gives up waiting leaves its place to the next, when it comes to it.</summary>
    private async Task<TaskCompletionSource> EnterAsync(CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (sync)
            (before, entered) = (entered, own.Task);
        try
        {
            await before.WaitAsync(cancellationToken);
            return own;
        }
        catch (OperationCanceledException)
        {
            _ = before.ContinueWith(static (_, place) => ((TaskCompletionSource)place!).SetResult(), own, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    private Task NobodyInsideAsync()
    {
        lock (sync)
        {
            if (inside == 0)
                return Task.CompletedTask;
            emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return emptied.Task;
        }
    }

    private void Leave()
    {
        lock (sync)
        {
            if (--inside > 0)
                return;
            emptied?.SetResult();
            emptied = null;
        }
    }

    private sealed class Shared(SharedOrAlone turns) : IDisposable
    {
        private SharedOrAlone? turns = turns;

        public void Dispose() => Interlocked.Exchange(ref turns, null)?.Leave();
    }

    private sealed class Alone(TaskCompletionSource own) : IDisposable
    {
        public void Dispose() => own.TrySetResult();
    }
}
