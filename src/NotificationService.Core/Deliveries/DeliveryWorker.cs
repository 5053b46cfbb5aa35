using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>
/// The claim loop. 1 wait for capacity, 2 claim under a lease, 3 prepare beside the next claim, 4 sleep until a signal or the
/// poll when nothing was found. Dies anywhere: what it held goes back when its lease ends.
/// </summary>
internal sealed class DeliveryWorker(
    DeliveryStore store, Preparation preparation, DeliverySender sender, Lanes lanes, DeliveryMetrics metrics, DeliveryOptions options,
    WakeUp wakeUp, TenantChanges providers, Heartbeats heartbeats, TimeProvider time, ILogger<DeliveryWorker> logger) : BackgroundService
{
    /// <summary>A claim that brought less than this waits a moment for company before the next one.</summary>
    private const int Few = 64;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly ClaimShares shares = new();
    private readonly LaneCursors cursors = new();
    private readonly DueWatermarks watermarks = new(Enum.GetValues<Priority>().Length, time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (heartbeat, claim) = (heartbeats.Register("delivery_worker", LongestSilence), heartbeats.Step("delivery_claim"));
        providers.Subscribe(ReadProvidersAgain);
        sender.Start();
        try
        {
            while (!stoppingToken.IsCancellationRequested && sender.IsWorking)
            {
                heartbeat.Beat();
                await WorkAsync(claim, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (ObjectDisposedException) when (stoppingToken.IsCancellationRequested)
        {
            // The host did not wait for this loop to end.
        }
        finally
        {
            await sender.StopAsync();
        }
    }

    private void ReadProvidersAgain(TenantId tenant)
    {
        lanes.ProvidersChanged(tenant);
        wakeUp.SignalLocally();
    }

    private async Task WorkAsync(Step claim, CancellationToken cancellationToken)
    {
        // 1. Capacity for a claim worth its statement.
        await sender.InFlight.WaitForCapacityAsync(Math.Min(options.ClaimSize, Few), options.Poll, cancellationToken);
        var max = Math.Min(sender.InFlight.FreeCapacity, options.ClaimSize);
        if (max == 0)
            return;

        // 2. Not cancelled halfway: a claim that was granted must be known, so that it is given back and not left to its lease.
        IReadOnlyList<ClaimedDelivery> claimed;
        var limits = lanes.Limits();
        try
        {
            claimed = await store.ClaimAsync(max, shares, cursors, watermarks, limits, CancellationToken.None);
            claim.Succeed();
        }
#pragma warning disable CA1031 // whatever went wrong, the loop goes on; what was claimed comes back with its lease
        catch (Exception exception)
#pragma warning restore CA1031
        {
            claim.Fail(Outage.Reason(exception));
            logger.StepFailed("claim", Outage.Reason(exception));
            await Task.Delay(Pause, time, cancellationToken);
            return;
        }

        // 3. Beside the next claim.
        metrics.Claimed(claimed.Count);
        lanes.Claimed(claimed, limits);
        if (claimed.Count > 0)
        {
            sender.InFlight.Add(claimed.Count);
            _ = Task.Run(
                () => preparation.RunAsync(claimed, sender.Send, sender.Finish, sender.Abandon, CancellationToken.None),
                CancellationToken.None);
        }

        // 4. Nothing found on the whole way round.
        if (claimed.Count == 0 && !cursors.AreMidway)
            await wakeUp.WaitAsync(lanes.LookAgainIn is { } soon && soon < options.Poll ? soon : options.Poll, cancellationToken);
        else if (claimed.Count < Math.Min(max, Few))
            await Task.Delay(Linger, time, cancellationToken);
    }
}
