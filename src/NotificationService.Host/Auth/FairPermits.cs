namespace NotificationService.Host.Auth;

/// <summary>
/// Few permits, given to networks in turn and not to whoever asks most: start-time fair queueing, in which the n-th that a network asks for waits as
/// if every other network had asked for n too. Knows only who waits.
/// </summary>
/// <param name="permits">At once.</param>
/// <param name="maxOfAccount">Waiting, of one account from one network.</param>
/// <param name="maxOfNetwork">Waiting, of one network.</param>
/// <param name="max">Waiting, of all.</param>
public sealed class FairPermits(int permits, int maxOfAccount, int maxOfNetwork, int max)
{
    private readonly Lock sync = new();
    private readonly PriorityQueue<Waiter, (long Tag, long Number)> queue = new();
    private readonly Dictionary<Guid, (int Waiting, long LastTag)> networks = [];
    private readonly Dictionary<SignInSource, int> accounts = [];
    private int free = permits;
    private long virtualTime;
    private long number;

    /// <summary>Waiting at this moment.</summary>
    public int Waiting
    {
        get
        {
            lock (sync)
                return networks.Sum(network => network.Value.Waiting);
        }
    }

    /// <summary>False at once where too many wait. Whoever got a permit gives it back by <see cref="Release"/>.</summary>
    public async Task<bool> TryEnterAsync(SignInSource source, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (sync)
        {
            if (free > 0)
            {
                free--;
                return true;
            }

            var (ofNetwork, lastTag) = networks.GetValueOrDefault(source.Network);
            var ofAccount = accounts.GetValueOrDefault(source);
            if (ofAccount >= maxOfAccount || ofNetwork >= maxOfNetwork || queue.Count >= max)
                return false;
            var tag = Math.Max(virtualTime, lastTag) + 1;
            networks[source.Network] = (ofNetwork + 1, tag);
            accounts[source] = ofAccount + 1;
            waiter = new Waiter(source);
            queue.Enqueue(waiter, (tag, number++));
        }

        await using var gone = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Turn.TrySetCanceled(token), waiter);
        await waiter.Turn.Task;
        return true;
    }

    public void Release()
    {
        lock (sync)
        {
            while (queue.TryDequeue(out var next, out var priority))
            {
                virtualTime = priority.Tag;
                Leave(next.Source);
                // Whoever is gone left its place in the queue to be passed over.
                if (next.Turn.TrySetResult())
                    return;
            }

            free++;
        }
    }

    private void Leave(SignInSource source)
    {
        var (waiting, lastTag) = networks[source.Network];
        if (waiting == 1)
            networks.Remove(source.Network);
        else
            networks[source.Network] = (waiting - 1, lastTag);
        if (accounts[source] == 1)
            accounts.Remove(source);
        else
            accounts[source]--;
    }

    private sealed class Waiter(SignInSource source)
    {
        public SignInSource Source => source;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
