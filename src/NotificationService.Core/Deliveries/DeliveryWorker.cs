using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>
/// Runs the stages of <see cref="DeliveryPipeline"/>: the loop that claims, the one that starts calls, the callers, and a tick. Asked to stop, it ends them in that
/// order, so that nothing stays leased.
/// </summary>
internal sealed class DeliveryWorker(
    DeliveryPipeline pipeline, SendCapacity capacity, DeliveryOptions options, WakeUp wakeUp, TenantChanges providers, Heartbeats heartbeats, TimeProvider time,
    ILogger<DeliveryWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly PeriodicTimer ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
    private Task starting = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;
    private volatile bool isDisposed;

    public override void Dispose()
    {
        isDisposed = true;
        pipeline.End();
        ticks.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loop = new ClaimLoop(
            heartbeats.Register("delivery_worker", LongestSilence), heartbeats.Step("delivery_claim"), Pause, time, reason => logger.StepFailed("claim", reason))
        { Signal = wakeUp.WaitAsync };
        providers.Subscribe(ReadProvidersAgain);
        StartStages();
        try
        {
            await loop.RunAsync(ClaimAsync, stoppingToken);
        }
        finally
        {
            await StopStagesAsync();
        }
    }

    private void StartStages()
    {
        // A call belongs to the trace of its notification, or to none; not to that of whoever started the worker.
        using var untraced = ExecutionContext.SuppressFlow();
        starting = Task.Run(pipeline.StartCallsAsync, CancellationToken.None);
        ticking = Task.Run(TickAsync, CancellationToken.None);
        for (var i = 0; i < options.Concurrency; i++)
            _ = Task.Run(pipeline.MakeCallsAsync, CancellationToken.None);
    }

    /// <summary>Unless a stage has ended by an error nobody expected: the process must not go on as if it worked.</summary>
    private async Task<NextTurn> ClaimAsync(CancellationToken cancellationToken) =>
        starting.IsFaulted || ticking.IsFaulted ? new NextTurn.Never() : await pipeline.ClaimAsync(cancellationToken);

    private async Task TickAsync()
    {
        while (await ticks.WaitForNextTickAsync())
            pipeline.Tick();
    }

    private void ReadProvidersAgain(TenantId tenant)
    {
        capacity.ProvidersChanged(tenant);
        wakeUp.SignalLocally();
    }

    /// <summary>
    /// Gives back what no call was begun for, waits for the calls under way and for their results to be written, but not longer than the longest call: when results
    /// cannot be written, the leases end and another worker takes them. Nothing of that once it is disposed: then what is held is left to its leases.
    /// </summary>
    private async Task StopStagesAsync()
    {
        if (isDisposed)
            return;
        pipeline.StopAdmitting();
        await starting;
        await capacity.WaitForNoneAsync();
        pipeline.End();
        ticks.Dispose();
        await ticking;
        logger.Stopped(pipeline.Returned);
    }
}
