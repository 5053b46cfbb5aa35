using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Quotas;

/// <summary>Gives back shares that nobody uses, all of them when the process ends, and removes the counts of past days.</summary>
internal sealed class QuotaMaintenance(SendQuotas quotas, QuotaStore store, Heartbeats heartbeats, TimeProvider time, ILogger<QuotaMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan ReturnsEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PurgesEvery = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(3);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LongestEnd);
        try
        {
            await quotas.ReturnAsync(TimeSpan.Zero, patience.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            logger.SharesLost(Outage.Reason(exception));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicTask.RepeatAsync(ReturnsEvery, time, token => quotas.ReturnAsync(Idle, token), heartbeats.Maintenance("quotas_return", 3 * ReturnsEvery), logger.ReturnFailed, stoppingToken),
        PeriodicTask.RepeatAsync(PurgesEvery, time, PurgeAsync, heartbeats.Maintenance("quotas_purge", 3 * PurgesEvery), logger.PurgeFailed, stoppingToken));

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        while (await store.PurgeAsync(BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
    }
}
