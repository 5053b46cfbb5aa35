using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Cancel and retry. The change, its timeline rows and the answer under the caller's key are one transaction. Whoever
/// claims a delivery at the same moment either has its row already, and it is too late, or finds it changed.
/// </summary>
public sealed class NotificationCommands(RepeatableWork work, NotificationMetrics metrics, WakeUp wakeUp, TimeProvider time)
{
    private const int Status = 200;
    private static readonly string Cancel = SqlText.Statement("deliveries_cancel");
    private static readonly string Retry = SqlText.Statement("deliveries_retry");

    /// <summary>Stops what has not begun. Says of each delivery whether it was in time; done too if all of it was cancelled before.</summary>
    public async Task<CommandOutcome> CancelAsync(TenantId tenant, NotificationId id, RepeatableRequest? repeatable, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(
            tenant, repeatable, Cancel,
            [Id(tenant.Value), Id(id.Value), Id(id.LastDelivery), Now()],
            changes => IsCancelled(changes) ? Answer(id, changes) : null,
            cancellationToken);
        metrics.Cancelled(Changed(outcome));
        return Of(outcome);
    }

    /// <summary>Puts what failed or expired back into the queue, its schedule from the beginning.</summary>
    public async Task<CommandOutcome> RetryAsync(TenantId tenant, NotificationId id, RepeatableRequest? repeatable, CancellationToken cancellationToken) => Of(await PutBackAsync(
        tenant, ChannelKinds.All.Select(channel => id.Delivery(channel).Value), repeatable,
        changes => changes.Exists(change => change.Changed) ? Answer(id, changes) : null,
        cancellationToken));

    /// <summary>Puts any failed or expired deliveries back into the queue; what is not the tenant's is not in the answer.</summary>
    public async Task<IReadOnlyList<DeliveryChange>> RequeueAsync(TenantId tenant, IReadOnlyList<Guid> deliveries, CancellationToken cancellationToken) =>
        await PutBackAsync(tenant, deliveries, repeatable: null, static _ => [], cancellationToken) is RepeatableOutcome<List<DeliveryChange>>.Done done
            ? done.Result
            : throw new InvalidOperationException("nothing could refuse it");

    /// <summary>The same, once under a caller's key.</summary>
    /// <param name="answer">What is answered to so many of them: JSON in UTF-8.</param>
    public Task<RepeatableOutcome<List<DeliveryChange>>> RequeueAsync(
        TenantId tenant, IReadOnlyList<Guid> deliveries, RepeatableRequest? repeatable, Func<int, byte[]> answer, CancellationToken cancellationToken) =>
        PutBackAsync(tenant, deliveries, repeatable, changes => answer(changes.Count(change => change.Changed)), cancellationToken);

    private async Task<RepeatableOutcome<List<DeliveryChange>>> PutBackAsync(
        TenantId tenant, IEnumerable<Guid> deliveries, RepeatableRequest? repeatable, Func<List<DeliveryChange>, byte[]?> answer, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(tenant, repeatable, Retry, [Id(tenant.Value), Ids(deliveries), Now()], answer, cancellationToken);
        var changed = Changed(outcome);
        metrics.Requeued(changed);
        if (changed.Count > 0)
            wakeUp.Signal();
        return outcome;
    }

    private Task<RepeatableOutcome<List<DeliveryChange>>> RunAsync(
        TenantId tenant, RepeatableRequest? repeatable, string statement, NpgsqlParameter[] parameters, Func<List<DeliveryChange>, byte[]?> answer, CancellationToken cancellationToken) =>
        work.RunAsync(
            tenant, repeatable, Status,
            async connection =>
            {
                var changes = new List<DeliveryChange>();
                await using var batch = TenantBatch.Within(connection);
                batch.Add(tenant, statement, [.. parameters.Select(parameter => parameter.Clone())]);
                await batch.RunAsync((row, _) => changes.Add(Read(row)), cancellationToken);
                return (changes, answer(changes));
            },
            cancellationToken);

    /// <summary>What was changed by this very call.</summary>
    private static List<DeliveryChange> Changed(RepeatableOutcome<List<DeliveryChange>> outcome) =>
        outcome is RepeatableOutcome<List<DeliveryChange>>.Done done ? done.Result.FindAll(change => change.Changed) : [];

    private static CommandOutcome Of(RepeatableOutcome<List<DeliveryChange>> outcome) => outcome switch
    {
        RepeatableOutcome<List<DeliveryChange>>.Done done => new CommandOutcome.Done(done.Answer),
        RepeatableOutcome<List<DeliveryChange>>.Replayed replayed => new CommandOutcome.Replayed(replayed.Before),
        RepeatableOutcome<List<DeliveryChange>>.KeyMismatch => new CommandOutcome.KeyMismatch(),
        RepeatableOutcome<List<DeliveryChange>>.Refused { Result.Count: 0 } => new CommandOutcome.NotFound(),
        RepeatableOutcome<List<DeliveryChange>>.Refused refused => new CommandOutcome.NotPossible(refused.Result),
        _ => throw new InvalidOperationException("a closed set"),
    };

    /// <summary>Also when all of it was before. A chain that another channel ended was not cancelled: it was not needed.</summary>
    private static bool IsCancelled(List<DeliveryChange> changes) => changes.Exists(change => change.Changed)
        || (changes.Exists(change => change.Status == DeliveryStatus.Cancelled) && !changes.Exists(change => change.Status is DeliveryStatus.Delivered or DeliveryStatus.Read));

    private static byte[] Answer(NotificationId id, List<DeliveryChange> changes) => ReadableJson.Utf8(CommandAnswer.Of(id, changes), CommandJson.Default.CommandAnswer);

    private static DeliveryChange Read(NpgsqlDataReader row) => new(new DeliveryId(row.GetGuid(0)), (DeliveryStatus)row.GetInt16(1), row.GetBoolean(2));

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) => new() { TypedValue = [.. ids] };

    private NpgsqlParameter<DateTimeOffset> Now() => new() { TypedValue = time.GetUtcNow() };
}
