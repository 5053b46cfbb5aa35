using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

/// <summary>Writes <see cref="AccountUses"/> now and then.</summary>
public sealed class AccountUsesWriter(AccountUses uses, Heartbeats heartbeats, TimeProvider time, ILogger<AccountUsesWriter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Interval, time, uses.WriteAsync, heartbeats.Maintenance("account_uses", TimeSpan.FromMinutes(5)), log.UsesNotWritten, stoppingToken);
}
