using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Realtime;

/// <summary>Removes what was published too long ago, and who was connected too long ago. Any number of workers may do it at once.</summary>
public sealed class RealtimeMaintenance(Database database, RealtimeOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<RealtimeMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 5_000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    private static readonly Statement Forget = Statement.Load("realtime_events_forget");
    private static readonly Statement ForgetPeople = Statement.Load("presence_users_forget");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("realtime_forget", 3 * Every), logger.ForgetFailed, stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var forget = Forget.With(Parameter.Of("before", time.GetUtcNow() - options.Keep), Parameter.Of("max", BatchSize)).On(database.Worker);
        while ((int)(await forget.ExecuteScalarAsync(cancellationToken))! == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        await using var forgetPeople = ForgetPeople.With(Parameter.Of("max", BatchSize)).On(database.Worker);
        while ((int)(await forgetPeople.ExecuteScalarAsync(cancellationToken))! == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
    }
}
