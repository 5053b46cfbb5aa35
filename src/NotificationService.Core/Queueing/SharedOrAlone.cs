namespace NotificationService.Queueing;

/// <summary>
/// Work that may run beside its like, and work that must run alone: that waits for what has begun to end, and what comes after it waits for it. In the
/// order in which they come.
/// </summary>
public sealed class SharedOrAlone
{
    private readonly Lock gate = new();
    private Task entered = Task.CompletedTask;
    private int inside;
    private TaskCompletionSource? emptied;

    public async Task ShareAsync(Func<Task> work)
    {
        var (before, own) = Queue();
        await before;
        lock (gate)
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

    public async Task AloneAsync(Func<Task> work)
    {
        var (before, own) = Queue();
        await before;
        try
        {
            await NobodyInsideAsync();
            await work();
        }
        finally
        {
            own.SetResult();
        }
    }

    /// <summary>Whoever comes next enters once the second is set.</summary>
    private (Task Before, TaskCompletionSource Own) Queue()
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            var before = entered;
            entered = own.Task;
            return (before, own);
        }
    }

    private Task NobodyInsideAsync()
    {
        lock (gate)
        {
            if (inside == 0)
                return Task.CompletedTask;
            emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return emptied.Task;
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--inside > 0)
                return;
            emptied?.SetResult();
            emptied = null;
        }
    }
}
