using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

/// <summary>Keeps <see cref="EndedTokens"/> fresh.</summary>
public sealed class EndedTokensWatch(EndedTokens ended, Heartbeats heartbeats, TimeProvider time, ILogger<EndedTokensWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>While the database is away, requests that need it fail by themselves.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Interval, time, ended.RefreshAsync, heartbeats.Step("ended_tokens"), log.EndedTokensUnknown, stoppingToken);
}
