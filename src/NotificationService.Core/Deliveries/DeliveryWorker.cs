using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
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
    private readonly Step claim = heartbeats.Step("delivery_claim");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loop = new ClaimLoop(heartbeats.Register("delivery_worker", LongestSilence), claim, Pause, time, reason => logger.StepFailed("claim", reason)) { Signal = wakeUp.WaitAsync };
        providers.Subscribe(ReadProvidersAgain);
        sender.Start();
        try
        {
            await loop.RunAsync(WorkAsync, stoppingToken);
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

    private async Task<NextTurn> WorkAsync(CancellationToken cancellationToken)
    {
        if (!sender.IsWorking)
            return new NextTurn.Never();

        // 1. Capacity for a claim worth its statement.
        await sender.InFlight.WaitForCapacityAsync(Math.Min(options.ClaimSize, Few), options.Poll, cancellationToken);
        var max = Math.Min(sender.InFlight.FreeCapacity, options.ClaimSize);
        if (max == 0)
            return NextTurn.AtOnce;

        // 2. Not cancelled halfway: a claim that was granted must be known, so that it is given back and not left to its lease.
        var limits = lanes.Limits();
        var claimed = await store.ClaimAsync(max, shares, cursors, watermarks, limits, CancellationToken.None);
        claim.Succeed();

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
            return new NextTurn.OnSignal(lanes.LookAgainIn is { } soon && soon < options.Poll ? soon : options.Poll);
        return claimed.Count < Math.Min(max, Few) ? new NextTurn.After(Linger) : NextTurn.AtOnce;
    }
}
