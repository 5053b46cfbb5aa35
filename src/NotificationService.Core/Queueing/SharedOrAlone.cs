namespace NotificationService.Queueing;

/// <summary>
/// Work that may run beside its like, and work that must run alone: that waits for what has begun to end, and what comes after it waits for it. In the
/// order in which they come.
/// </summary>
public sealed class SharedOrAlone
{
    private readonly Lock sync = new();
    private Task entered = Task.CompletedTask;
    private int inside;
    private TaskCompletionSource? emptied;

    /// <param name="work">Not begun when the wait for it was cancelled.</param>
    public async Task ShareAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        var own = await EnterAsync(cancellationToken);
        lock (sync)
            inside++;
        own.SetResult();
        try
        {
            await work();
        }
        finally
        {
            Leave();
        }
    }

    /// <param name="work">Not begun when the wait for it was cancelled.</param>
    public async Task AloneAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        var own = await EnterAsync(cancellationToken);
        try
        {
            await NobodyInsideAsync().WaitAsync(cancellationToken);
            await work();
        }
        finally
        {
            own.SetResult();
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
}
