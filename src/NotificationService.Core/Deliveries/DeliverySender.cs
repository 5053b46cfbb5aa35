using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>
/// From prepared to written: writes the intent for many at once, calls as many providers at a time as allowed, hands the
/// results on. No connection is held while a provider is called.
/// </summary>
internal sealed class DeliverySender : IDisposable
{
    private const string StoppedCode = "worker_stops";
    private const string StoppedMessage = "the worker stopped before it called a provider";
    private const int MostTogether = 256;
    private const int LeastStock = 32;
    private const int MostStock = 1024;

    private readonly Channel<PreparedDelivery> prepared = Channel.CreateUnbounded<PreparedDelivery>();
    private readonly Channel<StartedDelivery> started = Channel.CreateUnbounded<StartedDelivery>();
    private readonly DeliveryStore store;
    private readonly ProviderCaller caller;
    private readonly DeliveryResultWriter writer;
    private readonly DeliveryOptions options;
    private readonly ILogger<DeliverySender> logger;
    private readonly InHand calls;
    private readonly CancellationTokenSource stopping = new();
    private Task[] loops = [];
    private int handedBack;

    public DeliverySender(
        DeliveryStore store, ProviderCaller caller, DeliveryResultWriter writer, DeliveryOptions options, TimeProvider time, ILogger<DeliverySender> logger)
    {
        (this.store, this.caller, this.writer, this.options, this.logger) = (store, caller, writer, options, logger);
        Hand = new InHand(options.Concurrency, LeastStock, MostStock, time);
        // Few are written as begun before their turn: if the process dies, each of them is in doubt.
        calls = new InHand(options.Concurrency, options.Concurrency / 4, options.Concurrency / 4, time);
    }

    /// <summary>What this worker holds. Whoever claims adds; every result and everything abandoned is released here.</summary>
    public InHand Hand { get; }

    /// <summary>False when a loop has ended by an error nobody expected: then the process must not go on as if it worked.</summary>
    public bool IsWorking => !loops.Any(loop => loop.IsFaulted);

    public void Start() =>
        loops = [Task.Run(StartCallsAsync), .. Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(CallAsync))];

    /// <summary>Takes a delivery over. What is prepared after <see cref="StopAsync"/> began goes back at once.</summary>
    public void Send(PreparedDelivery delivery)
    {
        if (!prepared.Writer.TryWrite(delivery))
            HandBack(delivery, StoppedCode, StoppedMessage);
    }

    /// <summary>Writes a result; the delivery is in hand until that is done.</summary>
    public void Finish(DeliveryResult result) => _ = FinishAsync(result);

    /// <summary>Hands back what no call was begun for, waits for the calls under way and for their results to be written.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        prepared.Writer.TryComplete();
        await Task.WhenAll(loops);
        await Hand.WaitForNoneAsync(options.LongestCall);
        logger.Stopped(handedBack);
    }

    public void Dispose()
    {
        Hand.Dispose();
        calls.Dispose();
        stopping.Dispose();
    }

    private async Task StartCallsAsync()
    {
        var chunk = new List<PreparedDelivery>(MostTogether);
        while (await prepared.Reader.WaitToReadAsync())
        {
            // Many at once cost little more than one: small change is left until it is all there is.
            var enough = Math.Min(prepared.Reader.Count, Math.Clamp(options.Concurrency / 4, 1, MostTogether));
            if (!stopping.IsCancellationRequested)
                await calls.WaitForRoomAsync(enough, TimeSpan.FromMilliseconds(100), CancellationToken.None);
            var room = stopping.IsCancellationRequested ? MostTogether : Math.Min(calls.Room, MostTogether);
            chunk.Clear();
            while (chunk.Count < room && prepared.Reader.TryRead(out var delivery))
                chunk.Add(delivery);
            if (stopping.IsCancellationRequested)
                chunk.ForEach(delivery => HandBack(delivery, StoppedCode, StoppedMessage));
            else if (chunk.Count > 0)
                await StartCallsAsync(chunk);
        }

        started.Writer.TryComplete();
    }

    private async Task StartCallsAsync(List<PreparedDelivery> chunk)
    {
        try
        {
            var begun = await store.StartAsync(chunk.ConvertAll(delivery => delivery.Claim), CancellationToken.None);
            foreach (var delivery in chunk)
            {
                if (begun.TryGetValue(delivery.Claim.Id, out var at))
                {
                    calls.Add(1);
                    started.Writer.TryWrite(new StartedDelivery(delivery, at));
                }
                else
                {
                    HandBack(delivery, "lease_short", "too little of the lease was left for a call");
                }
            }
        }
#pragma warning disable CA1031 // the loop goes on; what it could not begin is handed back
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // The intent may be written or not: either way no call was made, and that is what is written now.
            logger.StepFailed("start", (exception as NpgsqlException)?.SqlState ?? exception.GetType().Name);
            chunk.ForEach(delivery => HandBack(delivery, "not_started", "the intent to call a provider could not be written"));
        }
    }

    private async Task CallAsync()
    {
        await foreach (var delivery in started.Reader.ReadAllAsync())
        {
            // The process may have been stopped for a while since the intent was written: the lease is looked at once more.
            if (delivery.Prepared.Claim.Lease.Left < options.LongestCall || stopping.IsCancellationRequested)
                HandBack(delivery.Prepared, "not_called", "the worker stopped or was held up before it called a provider");
            else
                Finish(await caller.CallAsync(delivery));
            calls.Release();
        }
    }

    private void HandBack(PreparedDelivery delivery, string code, string message)
    {
        Interlocked.Increment(ref handedBack);
        Finish(DeliveryTransitions.HandBack(delivery.Claim, code, message, delivery.Claim.Lease.Now));
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
            logger.StepFailed("complete", (exception as NpgsqlException)?.SqlState ?? exception.GetType().Name);
        }
        finally
        {
            Hand.Release();
        }
    }
}
