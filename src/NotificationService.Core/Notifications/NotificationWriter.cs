using Microsoft.Extensions.Logging;
using NotificationService.Queueing;

namespace NotificationService.Notifications;

/// <summary>
/// The group commit of single sends: callers who come at the same time share one transaction, whoever their tenants are, and are answered only after it
/// has been committed.
/// </summary>
/// <remarks>
/// 1 gather whoever waits → 2 store them together (<see cref="NotificationStore"/>); where that is refused because of one of them, on halves, until it is
/// alone. Dies before 2's commit: nothing exists, every caller's connection breaks. Dies after it: the same key gives the stored response.
/// </remarks>
internal sealed class NotificationWriter : IAsyncDisposable
{
    private static readonly CoalescerOptions Together = new(Writers: 2, Capacity: 5_000, MaxBatch: 500, Linger: TimeSpan.Zero);

    private readonly BatchedWriter<AcceptedNotification, AcceptOutcome> writer;

    public NotificationWriter(NotificationStore store, TimeProvider time, ILogger<NotificationWriter> logger) =>
        writer = new(BatchedWriterOptions.WithoutWaiting(Together), time, store.CommitAsync, RefusedAsync) { Halved = (count, reason) => Log.SharedCommitRefused(logger, count, reason) };

    /// <summary>False when too many wait already. The outcome comes after the commit.</summary>
    public bool TryWrite(AcceptedNotification notification, out Task<AcceptOutcome> outcome) => writer.TryAdd(notification, out outcome);

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    /// <summary>It takes nobody along: whoever shared its commit is stored.</summary>
    private static ValueTask<RefusedItem<AcceptedNotification, AcceptOutcome>> RefusedAsync(AcceptedNotification notification, Exception refusal, CancellationToken cancellationToken) =>
        new(new RefusedItem<AcceptedNotification, AcceptOutcome>.GivenUp(new AcceptOutcome.Refused(refusal)));
}
