using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// The group commit: callers who come at the same time share one transaction, whoever their tenants are, and are
/// answered only after it has been committed.
/// </summary>
/// <remarks>
/// 1 gather whoever waits → 2 one statement per tenant, tenants and keys in ascending order, in one round trip with its
/// commit → 3 whoever is missing in the result found its key taken: look up by whom. Dies before 2's commit: nothing
/// exists, every caller's connection breaks. Dies after it: the same key gives the stored response.
/// </remarks>
internal sealed class NotificationWriter : IAsyncDisposable
{
    private const int MaxTries = 3;
    private static readonly CoalescerOptions Together = new(Writers: 2, Capacity: 5_000, MaxBatch: 500, Linger: TimeSpan.Zero);
    private static readonly string Accept = SqlText.Statement("notifications_accept");

    private readonly BatchedWriter<AcceptedNotification, WriteOutcome> writer;
    private readonly Database database;
    private readonly IdempotencyKeys keys;
    private readonly ILogger logger;

    public NotificationWriter(Database database, IdempotencyKeys keys, TimeProvider time, ILogger<NotificationWriter> logger)
    {
        (this.database, this.keys, this.logger) = (database, keys, logger);
        writer = new(BatchedWriterOptions.WithoutWaiting(Together), time, CommitAsync, RefusedAsync) { Halved = (count, reason) => Log.SharedCommitRefused(logger, count, reason) };
    }

    /// <summary>False when too many wait already. The outcome comes after the commit.</summary>
    public bool TryWrite(AcceptedNotification notification, out Task<WriteOutcome> outcome) => writer.TryAdd(notification, out outcome);

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    /// <summary>It takes nobody along: whoever shared its commit is stored.</summary>
    private static ValueTask<RefusedItem<AcceptedNotification, WriteOutcome>> RefusedAsync(AcceptedNotification notification, Exception refusal, CancellationToken cancellationToken) =>
        new(new RefusedItem<AcceptedNotification, WriteOutcome>.GivenUp(new WriteOutcome.Broken(refusal)));

    private async Task<WriteOutcome> AloneAsync(AcceptedNotification notification, CancellationToken cancellationToken)
    {
        try
        {
            return (await CommitAsync([notification], cancellationToken))[0];
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            return new WriteOutcome.Broken(exception);
        }
    }

    private async Task<IReadOnlyList<WriteOutcome>> CommitAsync(IReadOnlyList<AcceptedNotification> notifications, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var stored = await InsertAsync(notifications, cancellationToken);
                if (stored.Count == notifications.Count)
                    return AllStored(notifications.Count);
                return await WithTakenKeysAsync(notifications, stored, cancellationToken);
            }
            catch (Exception exception) when (attempt < MaxTries && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // Nothing of it is stored.
                Log.CommitRunsAgain(logger, Outage.Reason(exception));
            }
        }
    }

    private async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<AcceptedNotification> notifications, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>(notifications.Count);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        foreach (var (tenant, group) in ByTenant(notifications))
            batch.Add(tenant, Accept, new AcceptColumns(group).Parameters(tenant.Value));
        await batch.CommitAsync(row => stored.Add(row.GetGuid(0)), cancellationToken);
        return stored;
    }

    /// <summary>Ascending by tenant; of two with one key only the first goes in, the second finds it afterwards.</summary>
    private static IEnumerable<(TenantId Tenant, AcceptedNotification[] Notifications)> ByTenant(IReadOnlyList<AcceptedNotification> notifications)
    {
        if (notifications.Count == 1)
            return [(notifications[0].Tenant, [notifications[0]])];
        return notifications.GroupBy(notification => notification.Tenant).OrderBy(group => group.Key)
            .Select(group => (group.Key, group.Any(notification => notification.Idempotency is not null) ? FirstOfEachKey(group) : group.ToArray()));
    }

    private static AcceptedNotification[] FirstOfEachKey(IEnumerable<AcceptedNotification> notifications)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. notifications.Where(notification => notification.Idempotency is null || seen.Add(Convert.ToHexString(notification.Idempotency.KeyHash)))];
    }

    private async Task<IReadOnlyList<WriteOutcome>> WithTakenKeysAsync(
        IReadOnlyList<AcceptedNotification> notifications, HashSet<Guid> stored, CancellationToken cancellationToken)
    {
        var taken = notifications.Where(notification => !stored.Contains(notification.Id.Value) && notification.Idempotency is not null)
            .Select(notification => (notification.Tenant, notification.Idempotency!.KeyHash));
        var found = await keys.FindAsync(taken, cancellationToken);
        var outcomes = new WriteOutcome[notifications.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var notification = notifications[i];
            if (stored.Contains(notification.Id.Value))
                outcomes[i] = WriteOutcome.Stored.Instance;
            else if (notification.Idempotency is { } entry && found.TryGetValue((notification.Tenant, Convert.ToHexString(entry.KeyHash)), out var before))
                outcomes[i] = new WriteOutcome.KeyTaken(before);
            else
                // The key's day ended between the two statements: it is free now.
                outcomes[i] = await AloneAsync(notification, cancellationToken);
        }

        return outcomes;
    }

    private static WriteOutcome[] AllStored(int count)
    {
        var outcomes = new WriteOutcome[count];
        Array.Fill(outcomes, WriteOutcome.Stored.Instance);
        return outcomes;
    }
}
