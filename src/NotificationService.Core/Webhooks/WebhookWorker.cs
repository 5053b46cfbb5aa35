using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Webhooks;

/// <summary>
/// Calls customers' endpoints. 1 capacity, 2 claim under a lease, 3 one call for each message with nothing held open around it,
/// 4 the outcome, where the claim is still ours. Dies anywhere: the lease ends, and the message goes out once more under the same id.
/// </summary>
internal sealed class WebhookWorker(
    WebhookStore store, EndpointDirectory directory, WebhookCaller caller, WebhookResults results, EndpointLanes lanes, WebhookOptions options,
    [FromKeyedServices(WakeUp.Webhooks)] WakeUp wakeUp, Heartbeats heartbeats, TimeProvider time, ILogger<WebhookWorker> logger) : BackgroundService
{
    private const string EndpointDisabled = "endpoint_disabled";
    private const string EndpointDeleted = "endpoint_deleted";

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly Step claim = heartbeats.Step("webhook_claim");
    private readonly PollInterval poll = new(ShortestPoll, PollInterval.Longest);
    private int underWay;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loop = new ClaimLoop(heartbeats.Register("webhook_worker", LongestSilence), claim, Pause, time, logger.ClaimFailed) { Signal = wakeUp.WaitAsync };
        using var givingUp = new CancellationTokenSource();
        var givenUp = givingUp.Token;
        await loop.RunAsync(_ => WorkAsync(givenUp), stoppingToken);
        // What is under way may end.
        givingUp.CancelAfter(options.CallTimeout);
        while (Volatile.Read(ref underWay) > 0)
            await Task.Delay(Linger, time, CancellationToken.None);
    }

    /// <param name="givingUp">Cancelled when a call that is under way may no longer end by itself.</param>
    private async Task<NextTurn> WorkAsync(CancellationToken givingUp)
    {
        // 1. Capacity. Whoever ends a call that others may wait for signals.
        var limits = lanes.Limits();
        if (limits.AreNone)
            return new NextTurn.OnSignal(ShortestPoll);

        // 2. Not cancelled halfway: what was granted is called, so that nothing waits for its lease.
        var claimed = await store.ClaimAsync(limits, CancellationToken.None);
        var endpoints = claimed.Count == 0 ? new Dictionary<Guid, FoundEndpoint>() : await directory.FindAsync(claimed, CancellationToken.None);
        claim.Succeed();

        // 3. Each by itself.
        lanes.Claimed(claimed, limits);
        foreach (var message in claimed)
        {
            Interlocked.Increment(ref underWay);
            _ = Task.Run(() => HandleAsync(message, endpoints[message.Endpoint], givingUp), CancellationToken.None);
        }

        // While calls are under way, what comes after them in the order of its subject waits for them, and no signal says when it is its turn.
        if (claimed.Count > 0 || Volatile.Read(ref underWay) > 0)
            poll.Reset();
        if (claimed.Count == 0 && !store.IsMidway)
            return new NextTurn.OnSignal(poll.Next());
        // What is due was brought as far as there was capacity: more of either comes with the calls that end, and a claim costs by its endpoints too.
        return store.IsMidway ? NextTurn.AtOnce : new NextTurn.After(Linger);
    }

    private async Task HandleAsync(ClaimedMessage message, FoundEndpoint endpoint, CancellationToken givingUp)
    {
        WebhookResponse? response = null;
        try
        {
            MessageOutcome outcome;
            try
            {
                (outcome, response) = await CallAsync(message, endpoint, givingUp);
            }
            finally
            {
                // Its place is free before the outcome is written: that takes no part of the endpoint's.
                if (lanes.Ended(message, response))
                    wakeUp.SignalLocally();
            }

            await results.WriteAsync(outcome, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The process ends and the call did not: nobody knows whether it arrived. The lease ends, and it goes out once more.
        }
#pragma warning disable CA1031 // one message's fault must not end the worker; its lease brings it back
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.MessageFailed(message.Id, Outage.Reason(exception));
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task<(MessageOutcome Outcome, WebhookResponse? Response)> CallAsync(ClaimedMessage message, FoundEndpoint endpoint, CancellationToken givingUp)
    {
        switch (endpoint)
        {
            case FoundEndpoint.Missing:
                return (MessageOutcome.Dropped(message, EndpointDeleted), null);
            case FoundEndpoint.Disabled:
                return (MessageOutcome.Dropped(message, EndpointDisabled), null);
            case FoundEndpoint.KeyMissing:
                lanes.Leave(message.Endpoint);
                return (MessageOutcome.PutBack(message), null);
            case FoundEndpoint.Unusable unusable:
                var failed = new WebhookResponse.Failed(new WebhookExchange(time.GetUtcNow(), TimeSpan.Zero, [], null, null, null, WebhookDirective.None), WebhookFailure.Unusable);
                return (MessageOutcome.Of(message, failed, Jitter(message)) with { Revision = unusable.Revision }, failed);
            case FoundEndpoint.Callable callable:
                var call = new WebhookCall(callable.Url, message.EventId, Encoding.UTF8.GetBytes(message.Body), callable.Secrets, callable.Headers);
                var response = await caller.CallAsync(call, givingUp);
                return (MessageOutcome.Of(message, response, Jitter(message)) with { Revision = callable.Revision }, response);
            default:
                throw new InvalidOperationException("no such finding");
        }
    }

    /// <summary>Spreads the next tries; nothing else is asked of it.</summary>
    private static double Jitter(ClaimedMessage message) => (uint)HashCode.Combine(message.Id, message.Attempts) / (double)uint.MaxValue * 0.999;
}
