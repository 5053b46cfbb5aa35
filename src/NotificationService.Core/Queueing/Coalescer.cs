using System.Threading.Channels;

namespace NotificationService.Queueing;

/// <param name="Writers">How many flushes may run at once.</param>
/// <param name="Capacity">How many items may wait; beyond it the caller learns that the service is busy.</param>
/// <param name="MaxBatch">The most items of one flush.</param>
/// <param name="Linger">How long a flush waits for company. Zero: whoever waits while a flush runs shares the next one.</param>
public sealed record CoalescerOptions(int Writers, int Capacity, int MaxBatch, TimeSpan Linger)
{
    /// <summary>The most that the items of one flush weigh together; what alone weighs more goes alone.</summary>
    public int MaxWeight { get; init; } = int.MaxValue;
}

/// <summary>
/// Lets concurrent callers share one statement and one commit: each hands in an item and is answered only after the
/// flush that held it has ended. A flush answers item by item, in the order it was given; if it throws, every caller in it gets that exception.
/// </summary>
public sealed class Coalescer<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Waiting> waiting;
    private readonly CoalescerOptions options;
    private readonly TimeProvider time;
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> flush;
    private readonly Func<TItem, int>? weigh;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task[] writers;

    /// <param name="options">How much a flush takes.</param>
    /// <param name="time">For the linger.</param>
    /// <param name="flush">Answers item by item.</param>
    /// <param name="weigh">What an item weighs; without it nothing.</param>
    public Coalescer(
        CoalescerOptions options, TimeProvider time, Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> flush, Func<TItem, int>? weigh = null)
    {
        this.weigh = weigh;
        this.options = options;
        this.time = time;
        this.flush = flush;
        waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.Wait });
        writers = [.. Enumerable.Range(0, options.Writers).Select(_ => Task.Run(WriteAsync))];
    }

    /// <summary>Hands an item in, unless too many wait already.</summary>
    /// <param name="item">What is to be flushed.</param>
    /// <param name="response">Ends when the flush that held the item has ended.</param>
    public bool TryAdd(TItem item, out Task<TResult> response)
    {
        var entry = new Waiting(item);
        response = entry.Done.Task;
        return waiting.Writer.TryWrite(entry);
    }

    /// <summary>Hands an item in, waiting for capacity.</summary>
    public async Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken)
    {
        var entry = new Waiting(item);
        await waiting.Writer.WriteAsync(entry, cancellationToken);
        return await entry.Done.Task;
    }

    /// <summary>Flushes what waits and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        stopping.CancelAfter(TimeSpan.FromSeconds(20));
        await Task.WhenAll(writers);
        stopping.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>(options.MaxBatch);
        Waiting? tooMuch = null; // taken, and for the next flush
        while (tooMuch is not null || await waiting.Reader.WaitToReadAsync())
        {
            if (options.Linger > TimeSpan.Zero && waiting.Reader.Count < options.MaxBatch && !waiting.Reader.Completion.IsCompleted)
                await Task.Delay(options.Linger, time);
            tooMuch = Gather(batch, tooMuch);
            if (batch.Count > 0)
                await FlushAsync(batch);
        }
    }

    /// <summary>Fills the batch, and answers what was taken and does not fit into it.</summary>
    private Waiting? Gather(List<Waiting> batch, Waiting? first)
    {
        batch.Clear();
        var weight = 0L;
        while (batch.Count < options.MaxBatch)
        {
            var entry = first;
            if (entry is null && !waiting.Reader.TryRead(out entry))
                break;
            first = null;
            weight += weigh?.Invoke(entry.Item) ?? 0;
            if (batch.Count > 0 && weight > options.MaxWeight)
                return entry;
            batch.Add(entry);
        }

        return null;
    }

    private async Task FlushAsync(List<Waiting> batch)
    {
        try
        {
            var items = new TItem[batch.Count];
            for (var i = 0; i < items.Length; i++)
                items[i] = batch[i].Item;
            var results = await flush(items, stopping.Token);
            for (var i = 0; i < items.Length; i++)
                batch[i].Done.SetResult(results[i]);
        }
#pragma warning disable CA1031 // whatever went wrong belongs to the callers who wait for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var entry in batch)
                entry.Done.TrySetException(exception);
        }
    }

    private sealed class Waiting(TItem item)
    {
        public TItem Item { get; } = item;

        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
