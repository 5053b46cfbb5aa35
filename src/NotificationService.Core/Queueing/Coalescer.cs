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

    /// <summary>Receives what became of each item that was posted: its result, or why its flush failed. Must not throw.</summary>
    public Action<TItem, TResult?, Exception?>? Posted { get; init; }

    /// <summary>Hands an item in that nobody waits for, unless too many wait already. It costs no task: <see cref="Posted"/> receives what became of it.</summary>
    public bool TryPost(TItem item) => waiting.Writer.TryWrite(new Waiting(item, response: null));

    /// <summary>Hands an item in, unless too many wait already.</summary>
    /// <param name="item">What is to be flushed.</param>
    /// <param name="response">Ends when the flush that held the item has ended.</param>
    public bool TryAdd(TItem item, out Task<TResult> response)
    {
        var done = NewResponse();
        response = done.Task;
        return waiting.Writer.TryWrite(new Waiting(item, done));
    }

    /// <summary>Hands an item in, waiting for capacity.</summary>
    public async Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken)
    {
        var done = NewResponse();
        await waiting.Writer.WriteAsync(new Waiting(item, done), cancellationToken);
        return await done.Task;
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
        var items = new TItem[batch.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = batch[i].Item;
        var (results, failure) = await TryFlushAsync(items);
        for (var i = 0; i < items.Length; i++)
        {
            if (batch[i].Response is not { } response)
                Posted?.Invoke(items[i], results is null ? default : results[i], failure);
            else if (results is null)
                response.SetException(failure!);
            else
                response.SetResult(results[i]);
        }
    }

    private async Task<(IReadOnlyList<TResult>? Results, Exception? Failure)> TryFlushAsync(TItem[] items)
    {
        try
        {
            var results = await flush(items, stopping.Token);
            return results.Count < items.Length ? throw new InvalidOperationException("a flush answers item by item") : (results, null);
        }
#pragma warning disable CA1031 // whatever went wrong belongs to the callers who wait for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (null, exception);
        }
    }

    private static TaskCompletionSource<TResult> NewResponse() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="item">What is to be flushed.</param>
    /// <param name="response">Of whoever waits; null when nobody does.</param>
    private sealed class Waiting(TItem item, TaskCompletionSource<TResult>? response)
    {
        public TItem Item { get; } = item;

        public TaskCompletionSource<TResult>? Response { get; } = response;
    }
}
