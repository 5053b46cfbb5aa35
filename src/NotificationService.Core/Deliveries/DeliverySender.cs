using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>
/// From prepared to written: 1 waits for a permit of its provider, 2 writes the intent for many at once, 3 calls as many
/// providers at a time as allowed, 4 passes the results on. No connection is held while a provider is called.
/// </summary>
internal sealed class DeliverySender : IDisposable
{
    private const string StoppedCode = "worker_stops";
    private const string StoppedMessage = "the worker stopped before it called a provider";
    private const int MaxTogether = 256;
    private const int MinPrefetch = 32;
    private const int MaxPrefetch = 1024;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Channel<PreparedDelivery> admitted = Channel.CreateUnbounded<PreparedDelivery>();
    private readonly DeliveryStore store;
    private readonly ProviderCaller caller;
    private readonly DeliveryResultWriter writer;
    private readonly Lanes lanes;
    private readonly MessageMemory memory;
    private readonly DeliveryOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<DeliverySender> logger;
    private readonly Step start;
    private readonly CallQueues queues;
    private readonly CallSlots slots;
    private readonly InFlightLimiter begun;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource ended = new();
    private Task starting = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;
    private int returned;
    private bool disposed;

    public DeliverySender(
        DeliveryStore store, ProviderCaller caller, DeliveryResultWriter writer, Lanes lanes, MessageMemory memory, DeliveryOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<DeliverySender> logger)
    {
        (this.store, this.caller, this.writer, this.lanes, this.memory, this.options, this.time, this.logger) = (store, caller, writer, lanes, memory, options, time, logger);
        start = heartbeats.Step("delivery_start");
        // Few are written as begun before their turn: if the process dies, each of them is in doubt.
        begun = new InFlightLimiter(options.Concurrency, options.Concurrency / 4, options.Concurrency / 4, time);
        slots = new CallSlots(options.Concurrency, CallAsync, time) { Freed = begun.Release };
        queues = new CallQueues(options.LongestCall, Admit, TurnAway);
        InFlight = new InFlightLimiter(options.Concurrency, MinPrefetch, MaxPrefetch, time) { Besides = () => slots.Detached + Math.Min(queues.Waiting, MaxPrefetch) };
    }

    /// <summary>What this worker holds. Whoever claims adds; every result and everything abandoned is released here.</summary>
    public InFlightLimiter InFlight { get; }

    /// <summary>False when a loop has ended by an error nobody expected: then the process must not go on as if it worked.</summary>
    public bool IsWorking => !starting.IsFaulted && !ticking.IsFaulted;

    public void Start() => (starting, ticking) = (Task.Run(StartCallsAsync), Task.Run(TickAsync));

    /// <summary>Takes a delivery over. What is prepared after <see cref="StopAsync"/> began goes back at once.</summary>
    public void Send(PreparedDelivery delivery)
    {
        if (stopping.IsCancellationRequested)
            TurnAway(delivery);
        else
            queues.Join(delivery);
    }

    /// <summary>Writes a result that needed no call; the delivery is in flight until that is done.</summary>
    public void Finish(DeliveryResult result)
    {
        lanes.Left(result.Delivery);
        _ = FinishAsync(result);
    }

    /// <summary>It could not even be prepared: it is left to its lease.</summary>
    public void Abandon(ClaimedDelivery delivery)
    {
        lanes.Left(delivery);
        memory.Release(delivery.Id);
        InFlight.Release();
    }

    /// <summary>
    /// Gives back what no call was begun for, waits for the calls under way and for their results to be written, but not
    /// longer than the longest call: when results cannot be written, the leases end and another worker takes them. Nothing of that once it is disposed.
    /// </summary>
    public async Task StopAsync()
    {
        try
        {
            await stopping.CancelAsync();
            queues.Empty();
            admitted.Writer.TryComplete();
            await starting;
            await InFlight.WaitForNoneAsync(options.LongestCall);
            await ended.CancelAsync();
            await ticking;
            logger.Stopped(returned);
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref disposed))
        {
            // Nobody waited for this to end: what is still held is left to its leases.
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref disposed, true);
        admitted.Writer.TryComplete();
        stopping.Dispose();
        ended.Cancel();
        ended.Dispose();
    }

    private void Admit(PreparedDelivery delivery)
    {
        lanes.Left(delivery.Claim);
        if (admitted.Writer.TryWrite(delivery))
            return;
        delivery.Provider.Limiter.GiveBack();
        GiveBackClaim(delivery, StoppedCode, StoppedMessage);
    }

    /// <summary>Its provider has no permit for it: it goes back, to be taken when there is one, or by another provider.</summary>
    private void TurnAway(PreparedDelivery delivery)
    {
        lanes.Left(delivery.Claim);
        if (stopping.IsCancellationRequested)
            GiveBackClaim(delivery, StoppedCode, StoppedMessage);
        else
            _ = FinishAsync(DeliveryTransitions.PutOff(delivery.Claim, TimeSpan.Zero, "no_place", "its provider had no place for it", delivery.Claim.Lease.Now, Jitter.Fraction(delivery.Claim.Id, delivery.Claim.Claims)));
    }

    private async Task StartCallsAsync()
    {
        var chunk = new List<PreparedDelivery>(MaxTogether);
        while (await admitted.Reader.WaitToReadAsync())
        {
            // Many at once cost little more than one: small change is left until it is all there is. Half of the prefetch is still there then,
            // so that no call waits for this statement.
            var enough = Math.Min(admitted.Reader.Count, Math.Clamp(options.Concurrency / 8, 1, MaxTogether));
            if (!stopping.IsCancellationRequested)
                await begun.WaitForCapacityAsync(enough, TimeSpan.FromMilliseconds(100), CancellationToken.None);
            var capacity = stopping.IsCancellationRequested ? MaxTogether : Math.Min(begun.FreeCapacity, MaxTogether);
            chunk.Clear();
            while (chunk.Count < capacity && admitted.Reader.TryRead(out var delivery))
                chunk.Add(delivery);
            if (stopping.IsCancellationRequested)
                chunk.ForEach(delivery => NotCalled(delivery, StoppedCode, StoppedMessage));
            else if (chunk.Count > 0)
                await StartCallsAsync(chunk);
        }
    }

    private async Task StartCallsAsync(List<PreparedDelivery> chunk)
    {
        try
        {
            var writtenAt = time.GetTimestamp();
            var started = await store.StartAsync(chunk.ConvertAll(delivery => delivery.Claim), CancellationToken.None);
            start.Succeed();
            foreach (var delivery in chunk)
            {
                if (started.TryGetValue(delivery.Claim.Id, out var at))
                {
                    begun.Add(1);
                    slots.Add(new StartedDelivery(delivery, at, writtenAt));
                }
                else
                {
                    NotCalled(delivery, "not_called", "too little of the lease was left for a call, or it was no longer to be sent");
                }
            }
        }
#pragma warning disable CA1031 // the loop goes on; what it could not begin is given back
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // The intent may be written or not: either way no call was made, and that is what is written now.
            start.Fail(Outage.Reason(exception));
            logger.StepFailed("start", Outage.Reason(exception));
            chunk.ForEach(delivery => NotCalled(delivery, "not_started", "the intent to call a provider could not be written"));
        }
    }

    private async Task CallAsync(StartedDelivery delivery)
    {
        if (await IsStoppedAsync(delivery))
        {
            NotCalled(delivery.Prepared, "not_called", "its batch was held or cancelled before a provider was called");
            return;
        }

        // The process may have been stopped for a while since the intent was written, or the database slow to answer: the lease is looked at once more, last.
        if (delivery.Prepared.Claim.Lease.Left < options.LongestCall || stopping.IsCancellationRequested)
        {
            NotCalled(delivery.Prepared, "not_called", "the worker stopped or was held up before it called a provider");
            return;
        }

        _ = FinishAsync(await caller.CallAsync(delivery));
        queues.MoveUp(delivery.Prepared.Provider.Limiter);
    }

    /// <summary>Of one that waited for its turn; nobody can say while the database is away, and then it is not called.</summary>
    private async Task<bool> IsStoppedAsync(StartedDelivery delivery)
    {
        if (delivery.Prepared.Claim.Batch is not { } batch || time.GetElapsedTime(delivery.WrittenAt) < BegunCalls.Unchecked)
            return false;
        try
        {
            return await store.IsStoppedAsync(delivery.Prepared.Claim.Tenant, batch, CancellationToken.None);
        }
#pragma warning disable CA1031 // whatever went wrong, it is given back and comes again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("look at its batch", Outage.Reason(exception));
            return true;
        }
    }

    /// <summary>Permits become free without a call ending, too, and calls grow slow.</summary>
    private async Task TickAsync()
    {
        var token = ended.Token;
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(token))
            {
                queues.MoveUp();
                slots.LookAfterSlow();
            }
        }
        catch (OperationCanceledException)
        {
            // The sender has stopped.
        }
    }

    private void NotCalled(PreparedDelivery delivery, string code, string message)
    {
        delivery.Provider.Limiter.GiveBack();
        GiveBackClaim(delivery, code, message);
        queues.MoveUp(delivery.Provider.Limiter);
    }

    private void GiveBackClaim(PreparedDelivery delivery, string code, string message)
    {
        Interlocked.Increment(ref returned);
        _ = FinishAsync(DeliveryTransitions.GiveBackClaim(delivery.Claim, code, message, delivery.Claim.Lease.Now));
    }

    private async Task FinishAsync(DeliveryResult result)
    {
        try
        {
            await writer.WriteAsync(result, CancellationToken.None);
        }
#pragma warning disable CA1031 // nobody waits for this task: whatever went wrong is said here, and the lease ends
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("complete", Outage.Reason(exception));
        }
        finally
        {
            memory.Release(result.Delivery.Id);
            InFlight.Release();
        }
    }
}
