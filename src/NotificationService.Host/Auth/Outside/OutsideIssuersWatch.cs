using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Host.Auth.Outside;

/// <summary>Reads the issuers' keys at the start and keeps them fresh, so that hardly a request waits for it. The start waits for none.</summary>
public sealed class OutsideIssuersWatch(OutsideIssuers issuers, Heartbeats heartbeats, TimeProvider time, ILogger<OutsideIssuersWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => issuers.Any
        ? PeriodicTask.RepeatAsync(Interval, time, RefreshAsync, heartbeats.Maintenance("outside_issuers"), log.OutsideIssuerAway, stoppingToken)
        : Task.CompletedTask;

    /// <summary>All of them at once: one that hangs holds up no other.</summary>
    private Task RefreshAsync(CancellationToken cancellationToken) => Task.WhenAll(issuers.All.Select(issuer => issuer.RefreshAsync(cancellationToken)));
}
