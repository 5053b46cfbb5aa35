using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.RateLimits;

/// <summary>Forgets, now and then, the subjects that nobody uses any more.</summary>
internal sealed partial class RateLimitMaintenance(RateLimitStore store, Heartbeats heartbeats, TimeProvider time, ILogger<RateLimitMaintenance> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, store.PurgeAsync, heartbeats.Maintenance("rate_limits_purge", 3 * Every), reason => LogPurgeFailed(logger, reason), stoppingToken);

    [LoggerMessage(EventId = Telemetry.EventIds.RateLimits + 1, Level = LogLevel.Warning, Message = "Old rate limits were not forgotten this time ({Reason})")]
    private static partial void LogPurgeFailed(ILogger logger, string reason);
}
