using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

/// <summary>Keeps <see cref="DisabledSubjects"/> fresh.</summary>
public sealed class DisabledSubjectsWatch(DisabledSubjects subjects, Heartbeats heartbeats, TimeProvider time, ILogger<DisabledSubjectsWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>While the database is away, requests that need it fail by themselves.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Interval, time, subjects.RefreshAsync, heartbeats.Step("disabled_subjects"), log.DisabledSubjectsUnknown, stoppingToken);
}
