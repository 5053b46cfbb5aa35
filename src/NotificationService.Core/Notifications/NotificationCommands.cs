using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Cancel and retry. The change, its timeline rows and the response under the caller's key are one transaction. Whoever
/// claims a delivery at the same moment either has its row already, and it is too late, or finds it changed.
/// </summary>
public sealed class NotificationCommands(IdempotentWork work, AuditLog audit, NotificationMetrics metrics, WakeUp wakeUp, TimeProvider time)
{
    private const int Status = 200;
    private const string Requeued = "deliveries.requeued";

    /// <summary>Stops what has not begun. Says of each delivery whether it was in time; done too if all of it was cancelled before.</summary>
    public async Task<CommandOutcome> CancelAsync(AuditActor by, NotificationId id, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(
            by, "notification.cancelled", $"notification/{id}", idempotent,
            batch => DeliveryChanges.Cancel(batch, by.Tenant, id, time.GetUtcNow()),
            changes => IsCancelled(changes) ? Respond(id, changes) : null,
            cancellationToken);
        metrics.Cancelled(Changed(outcome));
        return Of(outcome);
    }

    /// <summary>Puts what failed or expired back into the queue, its schedule from the beginning.</summary>
    public async Task<CommandOutcome> RetryAsync(AuditActor by, NotificationId id, IdempotentRequest? idempotent, CancellationToken cancellationToken) => Of(await PutBackAsync(
        by, "notification.retried", $"notification/{id}", [.. ChannelKinds.All.Select(channel => id.Delivery(channel).Value)], idempotent,
        changes => changes.Exists(change => change.Changed) ? Respond(id, changes) : null,
        cancellationToken));

    /// <summary>Puts any failed or expired deliveries back into the queue; what is not the tenant's is not in the result.</summary>
    public async Task<IReadOnlyList<DeliveryChange>> RequeueAsync(AuditActor by, IReadOnlyList<Guid> deliveries, CancellationToken cancellationToken) =>
        await PutBackAsync(by, Requeued, Target(deliveries), deliveries, idempotent: null, static _ => [], cancellationToken) is IdempotentOutcome<List<DeliveryChange>>.Done done
            ? done.Result
            : throw new InvalidOperationException("nothing could refuse it");

    /// <summary>The same, once under a caller's key.</summary>
    /// <param name="response">What is answered to so many of them: JSON in UTF-8.</param>
    public Task<IdempotentOutcome<List<DeliveryChange>>> RequeueAsync(
        AuditActor by, IReadOnlyList<Guid> deliveries, IdempotentRequest? idempotent, Func<int, byte[]> response, CancellationToken cancellationToken) =>
        PutBackAsync(by, Requeued, Target(deliveries), deliveries, idempotent, changes => response(changes.Count(change => change.Changed)), cancellationToken);

    private async Task<IdempotentOutcome<List<DeliveryChange>>> PutBackAsync(
        AuditActor by, string action, string target, IReadOnlyList<Guid> deliveries, IdempotentRequest? idempotent, Func<List<DeliveryChange>, byte[]?> response,
        CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(by, action, target, idempotent, batch => DeliveryChanges.Retry(batch, by.Tenant, deliveries, time.GetUtcNow()), response, cancellationToken);
        var changed = Changed(outcome);
        metrics.Requeued(changed);
        if (changed.Count > 0)
            wakeUp.Signal();
        return outcome;
    }

    private Task<IdempotentOutcome<List<DeliveryChange>>> RunAsync(
        AuditActor by, string action, string target, IdempotentRequest? idempotent, Action<TenantBatch> add, Func<List<DeliveryChange>, byte[]?> response,
        CancellationToken cancellationToken) =>
        work.RunAsync(
            by.Tenant, idempotent, Status,
            async connection =>
            {
                var changes = new List<DeliveryChange>();
                await using var batch = TenantBatch.Within(connection);
                add(batch);
                await batch.RunAsync((row, _) => changes.Add(DeliveryChanges.Read(row)), cancellationToken);
                var done = response(changes);
                if (done is not null && changes.Count(change => change.Changed) is > 0 and var changed)
                {
                    await using var entry = TenantBatch.Within(connection);
                    entry.Add(by.Tenant, audit.ToInsert(by, action, target, after: new AuditFields().Number("deliveries", changed)));
                    await entry.RunAsync(null, cancellationToken);
                }

                return (changes, done);
            },
            cancellationToken);

    private static string Target(IReadOnlyList<Guid> deliveries) => deliveries is [var one] ? $"delivery/{one}" : "deliveries";

    /// <summary>What was changed by this very call.</summary>
    private static List<DeliveryChange> Changed(IdempotentOutcome<List<DeliveryChange>> outcome) =>
        outcome is IdempotentOutcome<List<DeliveryChange>>.Done done ? done.Result.FindAll(change => change.Changed) : [];

    private static CommandOutcome Of(IdempotentOutcome<List<DeliveryChange>> outcome) => outcome switch
    {
        IdempotentOutcome<List<DeliveryChange>>.Done done => new CommandOutcome.Done(done.Response),
        IdempotentOutcome<List<DeliveryChange>>.Replayed replayed => new CommandOutcome.Replayed(replayed.Before),
        IdempotentOutcome<List<DeliveryChange>>.KeyMismatch => new CommandOutcome.KeyMismatch(),
        IdempotentOutcome<List<DeliveryChange>>.Refused { Result.Count: 0 } => new CommandOutcome.NotFound(),
        IdempotentOutcome<List<DeliveryChange>>.Refused refused => new CommandOutcome.NotPossible(refused.Result),
        _ => throw new InvalidOperationException("a closed set"),
    };

    /// <summary>Also when all of it was before. A chain that another channel ended was not cancelled: it was not needed.</summary>
    private static bool IsCancelled(List<DeliveryChange> changes) => changes.Exists(change => change.Changed)
        || (changes.Exists(change => change.Status == DeliveryStatus.Cancelled) && !changes.Exists(change => change.Status is DeliveryStatus.Delivered or DeliveryStatus.Read));

    private static byte[] Respond(NotificationId id, List<DeliveryChange> changes) => ReadableJson.Utf8(CommandResponse.Of(id, changes), CommandJson.Default.CommandResponse);
}
