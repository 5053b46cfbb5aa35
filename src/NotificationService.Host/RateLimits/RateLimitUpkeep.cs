using NotificationService.Queueing;

namespace NotificationService.Host.RateLimits;

/// <summary>Forgets, now and then, the subjects that nobody uses any more.</summary>
internal sealed partial class RateLimitUpkeep(RateLimitStore store, TimeProvider time, ILogger<RateLimitUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RepeatAsync(Every, time, store.PurgeAsync, reason => LogPurgeFailed(logger, reason), stoppingToken);

    [LoggerMessage(EventId = Telemetry.EventIds.RateLimits + 1, Level = LogLevel.Warning, Message = "Old rate limits were not forgotten this time ({Reason})")]
    private static partial void LogPurgeFailed(ILogger logger, string reason);
}
