using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Webhooks;

/// <summary>
/// Writes outcomes, many in one commit. While the database is away an outcome waits here, beyond its lease too: nobody can take the message
/// over meanwhile, and what is written after somebody has changes nothing.
/// </summary>
internal sealed class WebhookResults : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MaxWaiting = 10_000;
    private const int MaxTogether = 256;

    /// <summary>Longer than a failover takes.</summary>
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Coalescer<MessageOutcome, bool> coalescer;
    private readonly WebhookStore store;
    private readonly WebhookMetrics metrics;
    private readonly WakeUp events;
    private readonly Step complete;
    private readonly TimeProvider time;
    private readonly ILogger<WebhookResults> logger;

    public WebhookResults(
        WebhookStore store, WebhookMetrics metrics, [FromKeyedServices(WakeUp.Events)] WakeUp events, Heartbeats heartbeats, TimeProvider time, ILogger<WebhookResults> logger)
    {
        (this.store, this.metrics, this.events, this.time, this.logger) = (store, metrics, events, time, logger);
        complete = heartbeats.Step("webhook_complete");
        coalescer = new(new CoalescerOptions(Writers, MaxWaiting, MaxTogether, Linger), time, WriteAsync);
    }

    /// <summary>Ends when the outcome is committed. False: the message was no longer ours and nothing was written.</summary>
    public Task<bool> WriteAsync(MessageOutcome outcome, CancellationToken cancellationToken) => coalescer.AddAsync(outcome, cancellationToken);

    public ValueTask DisposeAsync() => coalescer.DisposeAsync();

    /// <summary>What one outcome may hold that the database does not take costs the others nothing: halves of halves, until it stands alone.</summary>
    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteTogetherAsync(outcomes, cancellationToken);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfWhatItWasGiven())
        {
            if (outcomes.Count == 1)
                return [await WriteRefusedAsync(outcomes[0], Outage.Reason(exception), cancellationToken)];
            var half = outcomes.Count / 2;
            return [.. await WriteAsync([.. outcomes.Take(half)], cancellationToken), .. await WriteAsync([.. outcomes.Skip(half)], cancellationToken)];
        }
    }

    private async Task<bool> WriteRefusedAsync(MessageOutcome outcome, string reason, CancellationToken cancellationToken)
    {
        metrics.Refused();
        if (!outcome.IsBare)
        {
            logger.OutcomeRefused(outcome.Message.Id, "its texts are left out", reason);
            return (await WriteAsync([outcome.Bare()], cancellationToken))[0];
        }

        logger.OutcomeRefused(outcome.Message.Id, "the message ends without it", reason);
        await store.DeadLetterAsync(outcome, cancellationToken);
        return false;
    }

    private async Task<IReadOnlyList<bool>> WriteTogetherAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var written = await store.CompleteAsync(outcomes, cancellationToken);
                complete.Succeed();
                foreach (var (endpoint, reason) in written.Disabled)
                {
                    metrics.Disabled(reason);
                    logger.EndpointDisabled(endpoint, reason);
                    events.SignalLocally();
                }

                bool[] stored = [.. outcomes.Select(written.Contains)];
                for (var i = 0; i < stored.Length; i++)
                    metrics.Ended(outcomes[i], stored[i]);
                return stored;
            }
            catch (Exception exception) when (Outage.IsBehind(exception) && time.GetElapsedTime(began) < LongestOutage && !cancellationToken.IsCancellationRequested)
            {
                complete.Fail(Outage.Reason(exception));
                logger.OutcomesWait(outcomes.Count, Outage.Reason(exception));
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
