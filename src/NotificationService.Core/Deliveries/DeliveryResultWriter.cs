using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Deliveries.Devices;
using NotificationService.Queueing;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using Refused = NotificationService.Queueing.RefusedItem<NotificationService.Deliveries.DeliveryResultWriter.Entry, bool>;

namespace NotificationService.Deliveries;

/// <summary>
/// Writes results, many in one commit, and by that gives the leases back. While the database is away a result waits here, beyond its
/// lease too: nobody can take the delivery over meanwhile, and what is written after somebody has changes nothing.
/// </summary>
public sealed class DeliveryResultWriter : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MaxWaiting = 10_000;
    private const int MaxTogether = 512;

    private const string UnstorableCode = "unstorable_answer";
    private const string UnstorableMessage = "the provider's answer could not be stored";

    private static readonly IReadOnlyList<string> NoAddresses = [];

    /// <summary>Nobody may report to us when the recipient takes it back; if it still stands then, the vendor refuses once more.</summary>
    private static readonly TimeSpan BelieveUnsubscribed = TimeSpan.FromDays(30);

    /// <summary>Longer than a failover takes.</summary>
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly BatchedWriter<Entry, bool> writer;
    private readonly Database database;
    private readonly Ids ids;
    private readonly DeliveryMetrics metrics;
    private readonly WakeUp events;
    private readonly LiveSignals live;
    private readonly Step complete;
    private readonly ILogger<DeliveryResultWriter> logger;

    public DeliveryResultWriter(
        Database database, Ids ids, DeliveryMetrics metrics, DeliveryOptions options, [FromKeyedServices(WakeUp.Events)] WakeUp events, LiveSignals live, Heartbeats heartbeats, TimeProvider time,
        ILogger<DeliveryResultWriter> logger)
    {
        (this.database, this.ids, this.metrics, this.events, this.live, this.logger) = (database, ids, metrics, events, live, logger);
        complete = heartbeats.Step("delivery_complete");
        var together = new CoalescerOptions(Writers, MaxWaiting, MaxTogether, options.CompletionLinger);
        writer = new(new BatchedWriterOptions(together, LongestOutage, FirstPause, LongestPause), time, WriteAsync, RefusedAsync) { Waiting = NoteOutage, Posted = End };
    }

    /// <summary>Ends when the result is committed. False: the delivery was no longer ours and nothing was written.</summary>
    public Task<bool> WriteAsync(DeliveryResult result, CancellationToken cancellationToken) => writer.AddAsync(new Entry(DeviceTransitions.Settle(result), Holder: null), cancellationToken);

    /// <summary>Nobody waits for it, and it costs no task. What it held is released once it is written, or will never be.</summary>
    internal void Post(DeliveryResult result, SendCapacity holder)
    {
        var entry = new Entry(DeviceTransitions.Settle(result), holder);
        if (!writer.TryPost(entry))
            _ = PostLaterAsync(entry);
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    /// <summary>More wait than there is capacity for, or the process ends.</summary>
    private async Task PostLaterAsync(Entry entry)
    {
        Exception? failure = null;
        try
        {
            await writer.AddAsync(entry, CancellationToken.None);
        }
#pragma warning disable CA1031 // nobody waits for this task: whatever went wrong is said, and the lease ends
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        End(entry, failure);
    }

    private void End(Entry entry, Exception? failure)
    {
        if (failure is not null)
            logger.StepFailed("complete", Outage.Reason(failure));
        entry.Holder?.Release(entry.Result.Delivery.Id);
    }

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<Entry> entries, CancellationToken cancellationToken)
    {
        DeliveryResult[] results = [.. entries.Select(entry => entry.Result)];
        // A commit that went through after all finds itself fenced off the second time: writing again is safe.
        var written = await WriteOnceAsync(results, cancellationToken);
        complete.Succeed();
        var outcomes = new bool[results.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = written.Contains((results[i].Delivery.Id, results[i].Delivery.Lease.Id));
            Observe(results[i], outcomes[i]);
        }

        return outcomes;
    }

    /// <summary>Once more without words, or it is left to its lease.</summary>
    private ValueTask<Refused> RefusedAsync(Entry entry, Exception refusal, CancellationToken cancellationToken)
    {
        var result = entry.Result;
        var reason = $"{Outage.Reason(refusal)} {Outage.Refusal(refusal)?.ConstraintName}".TrimEnd();
        if (WithoutTexts(result) is var plain && plain == result)
        {
            logger.ResultRefused(result.Delivery.Id.Value, reason);
            return new(new Refused.GivenUp(false));
        }

        logger.ResultUnstorable(result.Delivery.Id.Value, reason);
        return new(new Refused.Replaced(entry with { Result = plain }));
    }

    private void NoteOutage(int count, string reason)
    {
        complete.Fail(reason);
        logger.ResultsWait(count, reason);
    }

    private static DeliveryResult WithoutTexts(DeliveryResult result) => result with
    {
        Attempt = result.Attempt is { } attempt ? attempt with { Code = attempt.Code is null ? null : UnstorableCode, Message = null, ProviderMessageId = null } : null,
        Failure = result.Failure is { } failure ? failure with { Code = UnstorableCode, Message = UnstorableMessage } : null,
        Reason = result.Reason is null ? null : new TransitionReason(UnstorableCode, UnstorableMessage),
        DeadAddresses = NoAddresses,
    };

    private async Task<HashSet<(DeliveryId Delivery, Guid Lease)>> WriteOnceAsync(DeliveryResult[] results, CancellationToken cancellationToken)
    {
        var written = new HashSet<(DeliveryId, Guid)>(results.Length);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        var tenants = TenantSet.Of(results.Select(result => result.Delivery.Tenant));
        batch.Add(tenants, new DeliveryResultColumns(results).Complete());
        // A dead address is dead even if the result that showed it came too late.
        if (DeadAddresses(results) is { Count: > 0 } dead)
            batch.Add(tenants, new SuppressionColumns(dead, ids).Keep());
        await batch.CommitAsync(row => written.Add(DeliveryResultColumns.Written(row)), cancellationToken);
        // This process has a relay too.
        events.SignalLocally();
        foreach (var result in results)
        {
            if (result.Item is { } item && written.Contains((result.Delivery.Id, result.Delivery.Lease.Id)))
                live.Changed(result.Delivery.Tenant, item.UserId);
        }

        return written;
    }

    private static List<ReportedAddress> DeadAddresses(DeliveryResult[] results) =>
    [
        .. results.SelectMany(result => result.DeadAddresses.Select(address => new ReportedAddress(
            result.Delivery.Tenant, result.Delivery.Channel, address, result.DeadFor, result.Attempt?.ProviderId, result.Delivery.Id.Value, result.Failure?.Code, result.At)
        {
            Scope = result.DeadScope,
            Until = result.DeadFor == SuppressionReason.Unsubscribe ? result.At + BelieveUnsubscribed : null,
        })),
    ];

    private void Observe(DeliveryResult result, bool written)
    {
        if (written)
        {
            metrics.Completed(result);
            return;
        }

        metrics.StaleResult(result.Delivery.Channel);
        logger.StaleResult(result.Delivery.Id.Value, result.Status.ToName(), result.Attempt?.Outcome.ToName());
    }

    /// <param name="Result">What is written.</param>
    /// <param name="Holder">Who holds the delivery until then; null when somebody waits for it.</param>
    internal readonly record struct Entry(DeliveryResult Result, SendCapacity? Holder);
}
