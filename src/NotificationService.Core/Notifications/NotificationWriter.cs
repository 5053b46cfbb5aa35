using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;

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
    private readonly Coalescer<AcceptedNotification, AcceptOutcome> coalescer;
    private readonly NotificationStore store;
    private readonly ILogger logger;

    public NotificationWriter(NotificationStore store, TimeProvider time, ILogger<NotificationWriter> logger)
    {
        (this.store, this.logger) = (store, logger);
        coalescer = new(new CoalescerOptions(Writers: 2, Capacity: 5_000, MaxBatch: 500, Linger: TimeSpan.Zero), time, WriteAsync);
    }

    /// <summary>False when too many wait already. The outcome comes after the commit.</summary>
    public bool TryWrite(AcceptedNotification notification, out Task<AcceptOutcome> outcome) => coalescer.TryAdd(notification, out outcome);

    public ValueTask DisposeAsync() => coalescer.DisposeAsync();

    private async Task<IReadOnlyList<AcceptOutcome>> WriteAsync(IReadOnlyList<AcceptedNotification> notifications, CancellationToken cancellationToken)
    {
        var outcomes = new AcceptOutcome[notifications.Count];
        await Halving.RunAsync(Enumerable.Range(0, outcomes.Length).ToArray(), places => TryAsync(notifications, places, outcomes, cancellationToken), cancellationToken);
        return outcomes;
    }

    /// <summary>False: refused because of one of several.</summary>
    private async Task<bool> TryAsync(IReadOnlyList<AcceptedNotification> notifications, IReadOnlyList<int> places, AcceptOutcome[] outcomes, CancellationToken cancellationToken)
    {
        try
        {
            var ofThese = await store.CommitAsync([.. places.Select(place => notifications[place])], cancellationToken);
            for (var i = 0; i < ofThese.Count; i++)
                outcomes[places[i]] = ofThese[i];
        }
        catch (PostgresException exception) when (places.Count > 1 && !Outage.IsBehind(exception))
        {
            Log.SharedCommitRefused(logger, places.Count, exception.SqlState);
            return false;
        }
        catch (NpgsqlException exception)
        {
            // Others may be stored already: each caller learns what became of its own.
            foreach (var place in places)
                outcomes[place] = new AcceptOutcome.Refused(exception);
        }

        return true;
    }
}
