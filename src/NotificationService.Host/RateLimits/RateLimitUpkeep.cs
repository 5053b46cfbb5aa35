using Npgsql;

namespace NotificationService.Host.RateLimits;

/// <summary>Forgets, now and then, the subjects that nobody uses any more.</summary>
internal sealed partial class RateLimitUpkeep(RateLimitStore store, TimeProvider time, ILogger<RateLimitUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await store.PurgeAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                LogPurgeFailed(logger, exception.SqlState ?? exception.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventId = Telemetry.EventIds.RateLimits + 1, Level = LogLevel.Warning, Message = "Old rate limits were not forgotten this time ({Reason})")]
    private static partial void LogPurgeFailed(ILogger logger, string reason);
}
