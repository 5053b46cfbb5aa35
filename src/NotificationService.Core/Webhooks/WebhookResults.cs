using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using Refused = NotificationService.Queueing.RefusedItem<NotificationService.Webhooks.MessageOutcome, bool>;

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

    /// <summary>An outcome takes no part of its endpoint: written a moment later it shares its commit with twice as many.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly BatchedWriter<MessageOutcome, bool> writer;
    private readonly WebhookStore store;
    private readonly WebhookMetrics metrics;
    private readonly WakeUp events;
    private readonly Step complete;
    private readonly ILogger<WebhookResults> logger;

    public WebhookResults(
        WebhookStore store, WebhookMetrics metrics, [FromKeyedServices(WakeUp.Events)] WakeUp events, Heartbeats heartbeats, TimeProvider time, ILogger<WebhookResults> logger)
    {
        (this.store, this.metrics, this.events, this.logger) = (store, metrics, events, logger);
        complete = heartbeats.Step("webhook_complete");
        writer = new(new BatchedWriterOptions(new CoalescerOptions(Writers, MaxWaiting, MaxTogether, Linger), LongestOutage, Pause, Pause), time, WriteAsync, RefusedAsync) { Waiting = NoteOutage };
    }

    /// <summary>Ends when the outcome is committed. False: the message was no longer ours and nothing was written.</summary>
    public Task<bool> WriteAsync(MessageOutcome outcome, CancellationToken cancellationToken) => writer.AddAsync(outcome, cancellationToken);

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
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

    /// <summary>Once more without texts, or the message ends without it.</summary>
    private async ValueTask<Refused> RefusedAsync(MessageOutcome outcome, Exception refusal, CancellationToken cancellationToken)
    {
        metrics.Refused();
        if (!outcome.IsBare)
        {
            logger.OutcomeRefused(outcome.Message.Id, "its texts are left out", Outage.Reason(refusal));
            return new Refused.Replaced(outcome.Bare());
        }

        logger.OutcomeRefused(outcome.Message.Id, "the message ends without it", Outage.Reason(refusal));
        await store.DeadLetterAsync(outcome, cancellationToken);
        return new Refused.GivenUp(false);
    }

    private void NoteOutage(int count, string reason)
    {
        complete.Fail(reason);
        logger.OutcomesWait(count, reason);
    }
}
