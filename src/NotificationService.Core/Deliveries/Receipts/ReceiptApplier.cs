using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// Applies what providers reported, soon after it was kept. Any number of workers may; each takes what no other has locked. A second loop
/// looks only now and then: it helps while the first has more than it can do at once.
/// </summary>
internal sealed class ReceiptApplier(
    ReceiptStore store, ReceiptMetrics metrics, [FromKeyedServices(WakeUp.Receipts)] WakeUp wakeUp, [FromKeyedServices(WakeUp.Events)] WakeUp events, Heartbeats heartbeats, TimeProvider time,
    ILogger<ReceiptApplier> logger) : BackgroundService
{
    private const int Max = 2_000;

    /// <summary>So few that it is worth waiting a moment for more.</summary>
    private const int Few = 200;

    /// <summary>What a burst brings is applied together.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RunAsync("receipt_applier", () => wakeUp.WaitAsync(Poll, stoppingToken), Linger, stoppingToken),
        RunAsync("receipt_applier_helper", () => Task.Delay(Poll, time, stoppingToken), Poll, stoppingToken));

    private async Task RunAsync(string name, Func<Task> wait, TimeSpan linger, CancellationToken stoppingToken)
    {
        var (heartbeat, step, careful) = (heartbeats.Register(name, LongestSilence), heartbeats.Step("receipt_apply"), false);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                var turn = await ApplyAsync(step, careful, stoppingToken);
                careful = turn is Turn.Refused;
                if (turn is Turn.Ended { Receipts: 0 })
                    await wait();
                else if (turn is Turn.Ended { Receipts: < Few })
                    await Task.Delay(linger, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop; what was under way is rolled back and done by somebody else.
        }
        catch (ObjectDisposedException) when (stoppingToken.IsCancellationRequested)
        {
            // The host did not wait for this loop to end.
        }
    }

    /// <param name="step">Receives whether it succeeded.</param>
    /// <param name="careful">Whether one of those that come now was refused just before.</param>
    private async Task<Turn> ApplyAsync(Step step, bool careful, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        try
        {
            var ended = careful ? await store.ApplyCarefullyAsync(Max, cancellationToken) : await store.ApplyAsync(Max, cancellationToken);
            var took = time.GetElapsedTime(began);
            step.Succeed();
            if (ended.Count > 0)
                events.SignalLocally();
            foreach (var receipt in ended)
            {
                if (receipt.State == ReceiptState.Unmatched)
                    logger.ReceiptUnmatched(receipt.Receipt.Id, receipt.Receipt.Provider, receipt.Reason);
                if (receipt.State != ReceiptState.Pending)
                    metrics.Ended(receipt.Receipt.Kind, receipt.State, receipt.Receipt.Age + took);
            }

            return new Turn.Ended(ended.Count);
        }
        catch (Exception exception) when (!careful && DatabaseFailures.Of(exception).IsOfTheStatement())
        {
            // One of them is at fault, nobody knows which.
            step.Fail(Outage.Reason(exception));
            logger.StepFailed("receipts", Outage.Reason(exception));
            return new Turn.Refused();
        }
#pragma warning disable CA1031 // whatever went wrong, the loop goes on: what was under way was rolled back
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            step.Fail(Outage.Reason(exception));
            logger.StepFailed("receipts", Outage.Reason(exception));
            await Task.Delay(Pause, time, cancellationToken);
            return new Turn.Ended(0);
        }
    }

    private abstract record Turn
    {
        public sealed record Ended(int Receipts) : Turn;

        public sealed record Refused : Turn;
    }
}
