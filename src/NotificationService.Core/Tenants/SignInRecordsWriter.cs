using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Tenants;

/// <summary>Writes what <see cref="SignInRecords"/> has noted, every other second.</summary>
public sealed class SignInRecordsWriter(SignInRecords records, Heartbeats heartbeats, TimeProvider time, ILogger<SignInRecordsWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, records.WriteAsync, heartbeats.Maintenance("sign_in_records"), logger.SignInRecordsFailed, stoppingToken);
}
