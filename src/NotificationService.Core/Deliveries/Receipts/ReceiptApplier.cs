using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Applies what providers reported, soon after it was kept. Any number of workers may; each takes what no other has locked.</summary>
internal sealed class ReceiptApplier(
    ReceiptStore store, ReceiptMetrics metrics, [FromKeyedServices(WakeUp.Receipts)] WakeUp wakeUp, Heartbeats heartbeats, TimeProvider time,
    ILogger<ReceiptApplier> logger) : BackgroundService
{
    private const int Most = 500;

    /// <summary>What a burst brings is applied together.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    /// <summary>How many are still to be applied one by one, because the database refused some together.</summary>
    private int oneByOne;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var heartbeat = heartbeats.Register("receipt_applier", LongestSilence);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                if (await ApplyAsync(stoppingToken) == 0)
                    await wakeUp.WaitAsync(Poll, stoppingToken);
                else if (oneByOne == 0)
                    await Task.Delay(Linger, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop; what was under way is rolled back and done by somebody else.
        }
    }

    private async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ended = oneByOne > 0 ? await store.ApplyOneAsync(cancellationToken) : await store.ApplyAsync(Most, cancellationToken);
            oneByOne = ended.Count == 0 ? 0 : Math.Max(0, oneByOne - 1);
            var now = time.GetUtcNow();
            foreach (var receipt in ended)
            {
                if (receipt.State == ReceiptState.Unmatched)
                    logger.ReceiptUnmatched(receipt.Receipt.Id, receipt.Receipt.Provider, receipt.Reason);
                if (receipt.State != ReceiptState.Pending)
                    metrics.Ended(receipt.Receipt.Kind, receipt.State, now - receipt.Receipt.ReceivedAt);
            }

            return ended.Count;
        }
        catch (PostgresException exception) when (oneByOne == 0 && !exception.IsTransient)
        {
            // One of them is at fault, nobody knows which.
            logger.StepFailed("receipts", exception.SqlState);
            oneByOne = Most;
            return 1;
        }
        catch (NpgsqlException exception)
        {
            logger.StepFailed("receipts", exception.SqlState ?? exception.GetType().Name);
            await Task.Delay(Pause, time, cancellationToken);
            return 0;
        }
    }
}
