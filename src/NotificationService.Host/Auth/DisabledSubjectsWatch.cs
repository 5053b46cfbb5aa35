using Npgsql;

namespace NotificationService.Host.Auth;

/// <summary>Keeps <see cref="DisabledSubjects"/> fresh.</summary>
public sealed class DisabledSubjectsWatch(DisabledSubjects subjects, TimeProvider time, ILogger<DisabledSubjectsWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await subjects.RefreshAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                // The database is away and requests that need it fail by themselves; look again at the next tick.
                log.DisabledSubjectsUnknown(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
