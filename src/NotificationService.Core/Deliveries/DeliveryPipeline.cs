using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NotificationService.Channels.Routing;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>
/// The path of a delivery through a worker, in six stages:
/// <code>
/// 1 claim → 2 prepare → 3 admit → [admitted] → 4 start → [begun] → 5 call → 6 complete
/// </code>
/// How much each may take is asked of <see cref="SendCapacity"/> and decided nowhere else. No connection is held while a provider is called. Each stage says what is
/// left when the process dies in it; what ends by an error instead is written as a result, or left to its lease as if the process had died.
/// </summary>
internal sealed class DeliveryPipeline(
    DeliveryStore store, Preparation preparation, SendCapacity capacity, LastCheck lastCheck, ProviderCaller caller, DeliveryResultWriter writer, DeliveryMetrics metrics,
    Heartbeats heartbeats, TimeProvider time, ILogger<DeliveryPipeline> logger)
{
    private const string StoppedCode = "worker_stops";
    private const string StoppedMessage = "the worker stopped before it called a provider";

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(8);

    // Never full: the capacity grants no more than they hold. They refuse only when the worker stops, and then it is given back.
    private readonly Channel<PreparedDelivery> admitted = Channel.CreateBounded<PreparedDelivery>(new BoundedChannelOptions(capacity.MaxAdmitted) { SingleReader = true });
    private readonly Channel<StartedDelivery> begun = Channel.CreateBounded<StartedDelivery>(new BoundedChannelOptions(capacity.MaxBegun) { SingleWriter = true });

    private readonly ClaimShares shares = new();
    private readonly LaneCursors cursors = new();
    private readonly DueWatermarks watermarks = new(Enum.GetValues<Priority>().Length, time);
    private readonly Step claim = heartbeats.Step("delivery_claim");
    private readonly Step start = heartbeats.Step("delivery_start");
    private volatile bool isStopping;
    private int returned;

    /// <summary>How many were given back that no provider was called for.</summary>
    public int Returned => Volatile.Read(ref returned);

    /// <summary>
    /// 1. Claim: as many due rows as there is capacity for, under a lease. One turn of one loop.
    /// Dies here: what was claimed goes back untouched when its lease ends.
    /// </summary>
    public async Task<NextTurn> ClaimAsync(CancellationToken cancellationToken)
    {
        var permit = await capacity.ForClaimAsync(cancellationToken);
        if (permit.Max == 0)
            return NextTurn.AtOnce;

        // Not cancelled halfway: a claim that was granted must be known, so that it is given back and not left to its lease.
        var claimed = await store.ClaimAsync(permit.Max, shares, cursors, watermarks, permit.Lanes, CancellationToken.None);
        claim.Succeed();
        metrics.Claimed(claimed.Count);
        capacity.Claimed(claimed, permit);
        if (claimed.Count > 0)
            _ = Task.Run(() => PrepareAsync(claimed), CancellationToken.None);

        // Nothing found on the whole way round; or too little to be worth a statement, and a moment later there is more.
        if (claimed.Count == 0 && !cursors.AreMidway)
            return new NextTurn.OnSignal(capacity.ClaimAgainIn);
        return claimed.Count < Math.Min(permit.Max, SendCapacity.WorthAClaim) ? new NextTurn.After(Linger) : NextTurn.AtOnce;
    }

    /// <summary>
    /// 2. Prepare, beside the next claim: load, render, choose the provider.
    /// Dies here: as in 1, and it counts against each of them; what is lost twice is prepared alone from then on.
    /// </summary>
    private async Task PrepareAsync(IReadOnlyList<ClaimedDelivery> claimed)
    {
        await foreach (var outcome in preparation.RunAsync(claimed, CancellationToken.None))
        {
            switch (outcome)
            {
                case PreparationOutcome.Ready ready:
                    Admit(ready.Delivery);
                    break;
                case PreparationOutcome.Ended ended:
                    capacity.Unprepared(ended.Result.Delivery);
                    Complete(ended.Result);
                    break;
                case PreparationOutcome.Failed failed:
                    capacity.Unprepared(failed.Delivery);
                    capacity.Release(failed.Delivery.Id);
                    break;
            }
        }
    }

    /// <summary>
    /// 3. Admit: it waits for a permit of its provider, by the provider's limit, rate and health. One that will not get a permit soon goes back.
    /// Dies here: as in 1.
    /// </summary>
    private void Admit(PreparedDelivery delivery)
    {
        capacity.Wait(delivery);
        if (isStopping)
            ReturnWaiting();
        else
            AdmitNext(delivery.Provider.Limiter);
    }

    private void AdmitNext(ProviderLimiter provider)
    {
        while (true)
        {
            switch (capacity.Next(provider))
            {
                case Admission.Granted { Delivery: var delivery }:
                    if (!admitted.Writer.TryWrite(delivery))
                        ReturnWithPermit(delivery, StoppedCode, StoppedMessage);
                    break;
                case Admission.Refused { Delivery.Claim: var held }:
                    Complete(DeliveryTransitions.PutOff(held, TimeSpan.Zero, "no_place", "its provider had no place for it", held.Lease.Now, Jitter.Fraction(held.Id, held.Claims)));
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>
    /// 4. Start: the intent to call is written for many at once, where enough of the lease is left for a whole call. One loop.
    /// Dies here: before the commit as in 1, after it as in 5.
    /// </summary>
    public async Task StartCallsAsync()
    {
        var chunk = new List<PreparedDelivery>();
        while (await admitted.Reader.WaitToReadAsync())
        {
            var max = isStopping ? int.MaxValue : await capacity.ForStartAsync(admitted.Reader.Count);
            chunk.Clear();
            while (chunk.Count < max && admitted.Reader.TryRead(out var delivery))
                chunk.Add(delivery);
            if (isStopping)
                chunk.ForEach(delivery => ReturnWithPermit(delivery, StoppedCode, StoppedMessage));
            else if (chunk.Count > 0)
                await StartCallsAsync(chunk);
        }
    }

    private async Task StartCallsAsync(List<PreparedDelivery> chunk)
    {
        var suspended = await lastCheck.SuspendedAsync(chunk);
        foreach (var delivery in chunk.Where(delivery => suspended.Contains(delivery.Claim.Id)))
            ReturnWithPermit(delivery, SuspendedTenants.Code, LastCheck.Suspended);
        if (suspended.Count > 0 && chunk.RemoveAll(delivery => suspended.Contains(delivery.Claim.Id)) > 0 && chunk.Count == 0)
            return;
        var (writtenAt, started) = (time.GetTimestamp(), (IReadOnlyDictionary<DeliveryId, DateTimeOffset>?)null);
        try
        {
            started = await store.StartAsync(chunk.ConvertAll(delivery => delivery.Claim), CancellationToken.None);
            start.Succeed();
            capacity.Started(started.Count);
        }
#pragma warning disable CA1031 // the loop goes on; what it could not begin is given back
        catch (Exception exception)
#pragma warning restore CA1031
        {
            start.Fail(Outage.Reason(exception));
            logger.StepFailed("start", Outage.Reason(exception));
        }

        foreach (var delivery in chunk)
        {
            // The intent may be written or not: either way no call was made, and that is what is written now.
            if (started is null)
                ReturnWithPermit(delivery, "not_started", "the intent to call a provider could not be written");
            else if (!started.TryGetValue(delivery.Claim.Id, out var at))
                ReturnWithPermit(delivery, "not_called", "too little of the lease was left for a call, or it was no longer to be sent");
            else if (!begun.Writer.TryWrite(new StartedDelivery(delivery, at, writtenAt)))
                ReturnWithPermit(delivery, StoppedCode, StoppedMessage);
        }
    }

    /// <summary>
    /// 5. Call. As many callers as there may be calls at once, each with one call at a time; a caller whose call is slow is detached: another takes its slot, and it ends with its call.
    /// Dies here: a call may have been made; the rescuer writes an ambiguous attempt, and the policy says whether it is sent once more.
    /// </summary>
    public async Task MakeCallsAsync()
    {
        try
        {
            var hasSlot = true;
            while (hasSlot)
            {
                var delivery = await begun.Reader.ReadAsync();
                var call = capacity.BeginCall(delivery);
                await CallAsync(delivery);
                hasSlot = capacity.EndCall(call);
            }
        }
        catch (ChannelClosedException)
        {
            // The worker has stopped.
        }
    }

    private async Task CallAsync(StartedDelivery delivery)
    {
        var prepared = delivery.Prepared;
        try
        {
            if ((await lastCheck.RefusalAsync(delivery) ?? (isStopping ? StoppedMessage : null)) is { } refusal)
                ReturnWithPermit(prepared, "not_called", refusal);
            else
                Complete(await caller.CallAsync(delivery));
        }
#pragma warning disable CA1031 // a caller that ended would be missed by nobody: the delivery is left to its lease, as if the process had died
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("call", Outage.Reason(exception));
            capacity.Release(prepared.Claim.Id);
        }

        AdmitNext(prepared.Provider.Limiter);
    }

    /// <summary>
    /// 6. Complete: the result is written, many in one commit, and by that the lease is given back. Nobody waits for it.
    /// Dies here: before the commit as in the stage it comes from; after it nothing is left to do.
    /// </summary>
    private void Complete(DeliveryResult result) => writer.Post(result, capacity);

    /// <summary>Back to the queue, untouched.</summary>
    private void Return(PreparedDelivery delivery, string code, string message)
    {
        Interlocked.Increment(ref returned);
        Complete(DeliveryTransitions.GiveBackClaim(delivery.Claim, code, message, delivery.Claim.Lease.Now));
    }

    /// <summary>As well, and its permit is for whoever is next.</summary>
    private void ReturnWithPermit(PreparedDelivery delivery, string code, string message)
    {
        delivery.Provider.Limiter.GiveBack();
        Return(delivery, code, message);
        if (!isStopping)
            AdmitNext(delivery.Provider.Limiter);
    }

    private void ReturnWaiting()
    {
        foreach (var delivery in capacity.TakeWaiting())
            Return(delivery, StoppedCode, StoppedMessage);
    }

    /// <summary>Permits become free without a call ending, too, and calls grow slow: a few times a second.</summary>
    public void Tick()
    {
        foreach (var provider in capacity.Awaited())
            AdmitNext(provider);
        for (var slots = capacity.DetachSlowCalls(); slots > 0; slots--)
            _ = Task.Run(MakeCallsAsync, CancellationToken.None);
    }

    /// <summary>From here on no call begins: what is not being called goes back. <see cref="StartCallsAsync()"/> ends with the last of it.</summary>
    public void StopAdmitting()
    {
        isStopping = true;
        ReturnWaiting();
        admitted.Writer.TryComplete();
    }

    /// <summary>The callers end when their calls have.</summary>
    public void End()
    {
        isStopping = true;
        admitted.Writer.TryComplete();
        begun.Writer.TryComplete();
    }
}
