using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;

namespace NotificationService.Webhooks;

/// <summary>
/// Writes outcomes, many in one commit. While the database is away an outcome waits here as long as its lease may last; after
/// that the message is somebody else's, and is sent once more under the same id.
/// </summary>
internal sealed class WebhookResults : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MostWaiting = 10_000;
    private const int MostTogether = 256;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Coalescer<MessageOutcome, bool> coalescer;
    private readonly WebhookStore store;
    private readonly WebhookOptions options;
    private readonly WebhookMetrics metrics;
    private readonly WakeUp events;
    private readonly TimeProvider time;
    private readonly ILogger<WebhookResults> logger;

    public WebhookResults(
        WebhookStore store, WebhookOptions options, WebhookMetrics metrics, [FromKeyedServices(WakeUp.Events)] WakeUp events, TimeProvider time, ILogger<WebhookResults> logger)
    {
        (this.store, this.options, this.metrics, this.events, this.time, this.logger) = (store, options, metrics, events, time, logger);
        coalescer = new(new CoalescerOptions(Writers, MostWaiting, MostTogether, Linger), time, WriteAsync);
    }

    /// <summary>Ends when the outcome is committed. False: the message was no longer ours and nothing was written.</summary>
    public Task<bool> WriteAsync(MessageOutcome outcome, CancellationToken cancellationToken) => coalescer.AddAsync(outcome, cancellationToken);

    public ValueTask DisposeAsync() => coalescer.DisposeAsync();

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var written = await store.CompleteAsync(outcomes, cancellationToken);
                if (outcomes.Any(outcome => outcome.Disable is not null))
                    events.SignalLocally();
                bool[] answers = [.. outcomes.Select(outcome => written.Contains(outcome.Message.Id))];
                for (var i = 0; i < answers.Length; i++)
                    metrics.Ended(outcomes[i], answers[i]);
                return answers;
            }
            catch (NpgsqlException exception) when (!cancellationToken.IsCancellationRequested && outcomes.Any(IsOurs))
            {
                logger.OutcomesWait(outcomes.Count, exception.SqlState ?? exception.GetType().Name);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private bool IsOurs(MessageOutcome outcome) => time.GetElapsedTime(outcome.Message.ClaimedAt) < options.Lease;
}
