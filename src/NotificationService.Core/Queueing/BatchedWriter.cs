using NotificationService.Storage;

namespace NotificationService.Queueing;

/// <param name="Batch">How much one write takes, and how long it waits for company.</param>
/// <param name="LongestOutage">For how long a write is tried again while the database is away. Zero: whoever waits for it learns at once.</param>
/// <param name="FirstPause">Before the second try; each pause is twice the one before it.</param>
/// <param name="LongestPause">No pause is longer.</param>
public sealed record BatchedWriterOptions(CoalescerOptions Batch, TimeSpan LongestOutage, TimeSpan FirstPause, TimeSpan LongestPause)
{
    public static BatchedWriterOptions WithoutWaiting(CoalescerOptions batch) => new(batch, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
}

/// <summary>What becomes of an item that the database does not take even when it is written alone.</summary>
public abstract record RefusedItem<TItem, TResult>
{
    private RefusedItem()
    {
    }

    /// <summary>This is written instead of it.</summary>
    public sealed record Replaced(TItem By) : RefusedItem<TItem, TResult>;

    /// <summary>Nothing more is tried. Whoever handed it in gets this.</summary>
    public sealed record GivenUp(TResult Result) : RefusedItem<TItem, TResult>;
}

/// <summary>
/// Writes what concurrent callers hand in, many in one commit; each is answered only after the commit that holds its item. While the database is away a write
/// waits and is tried again. What one item may hold that the database does not take costs the others nothing: halves of halves, until it stands alone.
/// </summary>
/// <remarks>A write that is tried again may have been committed after all: it must find that, and change nothing the second time.</remarks>
public sealed class BatchedWriter<TItem, TResult> : IAsyncDisposable
{
    private readonly Coalescer<TItem, Task<TResult>> coalescer;
    private readonly BatchedWriterOptions options;
    private readonly TimeProvider time;
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> write;
    private readonly Func<TItem, Exception, CancellationToken, ValueTask<RefusedItem<TItem, TResult>>> refused;

    /// <param name="options">How much a write takes, and how patient it is.</param>
    /// <param name="time">For pauses and the linger.</param>
    /// <param name="write">Commits all of them or none, and answers item by item.</param>
    /// <param name="refused">Says what becomes of an item that was refused alone, and why it was.</param>
    public BatchedWriter(
        BatchedWriterOptions options, TimeProvider time, Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> write,
        Func<TItem, Exception, CancellationToken, ValueTask<RefusedItem<TItem, TResult>>> refused)
    {
        (this.options, this.time, this.write, this.refused) = (options, time, write, refused);
        coalescer = new(options.Batch, time, WriteAsync) { Posted = Tell };
    }

    /// <summary>Receives how many wait for the database, and why.</summary>
    public Action<int, string>? Waiting { get; init; }

    /// <summary>Receives how many were refused together, and why.</summary>
    public Action<int, string>? Halved { get; init; }

    /// <summary>Receives each posted item once it is written or given up, and what went wrong if neither. Must not throw.</summary>
    public Action<TItem, Exception?>? Posted { get; init; }

    /// <summary>Hands an item in that nobody waits for, unless too many wait already: <see cref="Posted"/> receives it in the end.</summary>
    public bool TryPost(TItem item) => coalescer.TryPost(item);

    /// <summary>Hands an item in, unless too many wait already.</summary>
    public bool TryAdd(TItem item, out Task<TResult> response)
    {
        var isTaken = coalescer.TryAdd(item, out var written);
        response = written.Unwrap();
        return isTaken;
    }

    /// <summary>Hands an item in, waiting for capacity.</summary>
    public async Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken) => await await coalescer.AddAsync(item, cancellationToken);

    /// <summary>Writes what waits and ends.</summary>
    public ValueTask DisposeAsync() => coalescer.DisposeAsync();

    private void Tell(TItem item, Task<TResult>? written, Exception? failure) =>
        Posted?.Invoke(item, failure ?? (written is { IsCompletedSuccessfully: false } ? written.Exception?.InnerException ?? new OperationCanceledException() : null));

    /// <summary>Never throws: an item that failed is a task that failed, and those that were written before it are written.</summary>
    private async Task<IReadOnlyList<Task<TResult>>> WriteAsync(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
    {
        var written = new List<Task<TResult>>(items.Count);
        await Halving.RunAsync(items, some => TryWriteAsync(some, written, cancellationToken), CancellationToken.None);
        return written;
    }

    /// <summary>False: one of several is at fault.</summary>
    private async Task<bool> TryWriteAsync(IReadOnlyList<TItem> items, List<Task<TResult>> written, CancellationToken cancellationToken)
    {
        try
        {
            written.AddRange((await WriteTogetherAsync(items, cancellationToken)).Select(Task.FromResult));
        }
        catch (Exception exception) when (items.Count > 1 && DatabaseFailures.Of(exception).IsOfWhatItWasGiven())
        {
            Halved?.Invoke(items.Count, Outage.Reason(exception));
            return false;
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfWhatItWasGiven())
        {
            written.Add(await Task.WhenAny(AfterRefusalAsync(items[0], exception, cancellationToken)));
        }
#pragma warning disable CA1031 // whatever went wrong belongs to the callers who wait for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            written.AddRange(items.Select(_ => Task.FromException<TResult>(exception)));
        }

        return true;
    }

    private async Task<TResult> AfterRefusalAsync(TItem item, Exception refusal, CancellationToken cancellationToken) => await refused(item, refusal, cancellationToken) switch
    {
        RefusedItem<TItem, TResult>.Replaced replaced => await (await WriteAsync([replaced.By], cancellationToken))[0],
        RefusedItem<TItem, TResult>.GivenUp givenUp => givenUp.Result,
        _ => throw new InvalidOperationException("a closed set"),
    };

    private async Task<IReadOnlyList<TResult>> WriteTogetherAsync(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
    {
        var (pause, began) = (options.FirstPause, time.GetTimestamp());
        while (true)
        {
            try
            {
                return await write(items, cancellationToken);
            }
            catch (Exception exception) when (Outage.IsBehind(exception) && time.GetElapsedTime(began) < options.LongestOutage && !cancellationToken.IsCancellationRequested)
            {
                Waiting?.Invoke(items.Count, Outage.Reason(exception));
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause;
            }
        }
    }
}
