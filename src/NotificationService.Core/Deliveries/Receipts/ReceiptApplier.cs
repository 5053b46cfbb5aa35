using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// Applies what providers reported, soon after it was kept. Any number of workers may; each takes what no other has locked. A second loop
/// is woken by the first while that has more than it can do at once.
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
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Of the second loop, which is signalled what the first has too much of.</summary>
    private static readonly TimeSpan HelperPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly Step step = heartbeats.Step("receipt_apply");
    private readonly Signal more = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RunAsync("receipt_applier", wakeUp.WaitAsync, Linger, new PollInterval(ShortestPoll, PollInterval.Longest), stoppingToken),
        RunAsync("receipt_applier_helper", more.WaitAsync, ShortestPoll, new PollInterval(HelperPoll, HelperPoll), stoppingToken));

    private Task RunAsync(string name, Func<TimeSpan, CancellationToken, Task> signal, TimeSpan linger, PollInterval poll, CancellationToken stoppingToken)
    {
        var wasRefused = false;
        return new ClaimLoop(heartbeats.Register(name, LongestSilence), step, Pause, time, NoteFailure) { Signal = signal }.RunAsync(TurnAsync, stoppingToken);

        // What was under way when it is asked to stop is rolled back and done by somebody else.
        async Task<NextTurn> TurnAsync(CancellationToken cancellationToken)
        {
            (var careful, wasRefused) = (wasRefused, false);
            try
            {
                var applied = await ApplyAsync(careful, cancellationToken);
                if (applied == 0)
                    return new NextTurn.OnSignal(poll.Next());
                poll.Reset();
                if (applied < Few)
                    return new NextTurn.After(linger);
                more.Give();
                return NextTurn.AtOnce;
            }
            catch (Exception exception) when (!careful && DatabaseFailures.Of(exception).IsOfTheStatement())
            {
                // One of them is at fault, nobody knows which.
                wasRefused = true;
                step.Fail(Outage.Reason(exception));
                NoteFailure(Outage.Reason(exception));
                return NextTurn.AtOnce;
            }
        }
    }

    /// <summary>Answers how many were looked at.</summary>
    /// <param name="careful">Whether one of those that come now was refused just before.</param>
    private async Task<int> ApplyAsync(bool careful, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
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

        return ended.Count;
    }

    private void NoteFailure(string reason) => logger.StepFailed("receipts", reason);
}
