using System.Text;
using System.Text.Json;
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
public sealed class NotificationCommands(Database database, IdempotencyKeys keys, NotificationMetrics metrics, WakeUp wakeUp, TimeProvider time)
{
    private const int MostRounds = 3;
    private static readonly string Cancel = SqlText.Statement("deliveries_cancel");
    private static readonly string Retry = SqlText.Statement("deliveries_retry");
    private static readonly string Keep = SqlText.Statement("idempotency_keep");

    /// <summary>Stops what has not begun. Says of each delivery whether it was in time; done too if all of it was cancelled before.</summary>
    public async Task<CommandOutcome> CancelAsync(TenantId tenant, NotificationId id, RepeatableRequest? repeatable, CancellationToken cancellationToken)
    {
        var (outcome, changes) = await RunAsync(
            tenant, id, repeatable, Cancel,
            [Id(tenant.Value), Id(id.Value), Id(id.LastDelivery), Now()],
            IsCancelled,
            cancellationToken);
        metrics.Cancelled(changes);
        return outcome;
    }

    /// <summary>Puts what failed or expired back into the queue, its schedule from the beginning.</summary>
    public async Task<CommandOutcome> RetryAsync(TenantId tenant, NotificationId id, RepeatableRequest? repeatable, CancellationToken cancellationToken)
    {
        var (outcome, changes) = await RunAsync(
            tenant, id, repeatable, Retry,
            [Id(tenant.Value), Ids(ChannelKinds.All.Select(channel => id.Delivery(channel).Value)), Now()],
            changes => changes.Exists(change => change.Changed),
            cancellationToken);
        metrics.Requeued(changes);
        if (changes.Count > 0)
            wakeUp.Signal();
        return outcome;
    }

    /// <summary>Puts any failed or expired deliveries back into the queue; what is not the tenant's is not in the answer.</summary>
    public async Task<IReadOnlyList<DeliveryChange>> RequeueAsync(TenantId tenant, IReadOnlyList<Guid> deliveries, CancellationToken cancellationToken)
    {
        var changes = await RepeatAsync(async () =>
        {
            var read = new List<DeliveryChange>(deliveries.Count);
            await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
            batch.Add(tenant, Retry, Id(tenant.Value), Ids(deliveries), Now());
            await batch.CommitAsync(row => read.Add(Read(row)), cancellationToken);
            return read;
        });
        var changed = changes.FindAll(change => change.Changed);
        metrics.Requeued(changed);
        if (changed.Count > 0)
            wakeUp.Signal();
        return changes;
    }

    /// <summary>The outcome, and what of it was changed by this very call.</summary>
    private async Task<(CommandOutcome Outcome, IReadOnlyList<DeliveryChange> Changed)> RunAsync(
        TenantId tenant, NotificationId id, RepeatableRequest? repeatable, string statement, NpgsqlParameter[] parameters,
        Predicate<List<DeliveryChange>> isDone, CancellationToken cancellationToken)
    {
        var entry = repeatable is null
            ? null
            : new IdempotencyEntry(IdempotencyKeys.Hash(repeatable.Key), RequestFingerprint.Of(repeatable.Route, tenant, repeatable.Body.Span), []);
        if (entry is not null && await RepeatedAsync(tenant, entry, cancellationToken) is { } repeated)
            return (repeated, []);

        return await RepeatAsync(() => TryAsync(tenant, id, entry, statement, parameters, isDone, cancellationToken));
    }

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> work)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                return await work();
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && round < MostRounds)
            {
                // It held one delivery of a chain and waited for another, whose end was just waking the first. Nothing of it is done.
            }
        }
    }

    private async Task<(CommandOutcome Outcome, IReadOnlyList<DeliveryChange> Changed)> TryAsync(
        TenantId tenant, NotificationId id, IdempotencyEntry? entry, string statement, NpgsqlParameter[] parameters,
        Predicate<List<DeliveryChange>> isDone, CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changes = await ChangeAsync(connection, transaction, tenant, statement, parameters, cancellationToken);
        if (changes.Count == 0)
            return (new CommandOutcome.NotFound(), []);

        if (isDone(changes))
        {
            var answer = JsonSerializer.SerializeToUtf8Bytes(CommandAnswer.Of(id, changes), CommandJson.Default.CommandAnswer);
            if (entry is null || await KeepAsync(connection, transaction, tenant, entry, answer, cancellationToken))
            {
                await transaction.CommitAsync(cancellationToken);
                return (new CommandOutcome.Done(answer), changes.FindAll(change => change.Changed));
            }
        }

        // Someone with the same key may have done it while this one waited for the rows.
        await transaction.RollbackAsync(cancellationToken);
        if (entry is not null && await RepeatedAsync(tenant, entry, cancellationToken) is { } meanwhile)
            return (meanwhile, []);
        return (new CommandOutcome.NotPossible(changes), []);
    }

    private async Task<CommandOutcome?> RepeatedAsync(TenantId tenant, IdempotencyEntry entry, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(tenant, entry.KeyHash, cancellationToken) is not { } before)
            return null;
        return before.Fingerprint.AsSpan().SequenceEqual(entry.Fingerprint) ? new CommandOutcome.Replayed(before) : new CommandOutcome.KeyMismatch();
    }

    /// <summary>Also when all of it was before. A chain that another channel ended was not cancelled: it was not needed.</summary>
    private static bool IsCancelled(List<DeliveryChange> changes) => changes.Exists(change => change.Changed)
        || (changes.Exists(change => change.Status == DeliveryStatus.Cancelled) && !changes.Exists(change => change.Status is DeliveryStatus.Delivered or DeliveryStatus.Read));

    private static async Task<List<DeliveryChange>> ChangeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, string statement, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Database.OpenScope(tenant));
        var command = new NpgsqlBatchCommand(statement);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter.Clone());
        batch.BatchCommands.Add(command);
        var changes = new List<DeliveryChange>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            changes.Add(Read(reader));
        return changes;
    }

    private static async Task<bool> KeepAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, IdempotencyEntry entry, byte[] answer, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Keep, connection, transaction)
        {
            Parameters =
            {
                Id(tenant.Value),
                new NpgsqlParameter<byte[]> { TypedValue = entry.KeyHash },
                new NpgsqlParameter<byte[]> { TypedValue = entry.Fingerprint },
                new NpgsqlParameter<short> { TypedValue = 200 },
                new NpgsqlParameter<string> { TypedValue = Encoding.UTF8.GetString(answer) },
                new NpgsqlParameter<int> { TypedValue = entry.Days },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static DeliveryChange Read(NpgsqlDataReader row) => new(new DeliveryId(row.GetGuid(0)), (DeliveryStatus)row.GetInt16(1), row.GetBoolean(2));

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) => new() { TypedValue = [.. ids] };

    private NpgsqlParameter<DateTimeOffset> Now() => new() { TypedValue = time.GetUtcNow() };
}
