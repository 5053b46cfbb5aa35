using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Webhooks;

/// <summary>How many messages wait for their call and how long the oldest has, as <c>/metrics</c> shows it. Counted now and then, never for a request.</summary>
internal sealed class WebhookGauges : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly Statement Depth = Statement.Load("webhook_messages_depth");
    private static readonly Column Waiting = Depth.Column("waiting");
    private static readonly Column Seconds = Depth.Column("seconds");

    private readonly Database database;
    private readonly TimeProvider time;
    private readonly ILogger<WebhookGauges> logger;
    private readonly Step step;
    private long waiting;
    private double oldest;

    public WebhookGauges(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<WebhookGauges> logger)
    {
        (this.database, this.time, this.logger, step) = (database, time, logger, heartbeats.Maintenance("webhook_gauges"));
        var meter = Telemetry.Telemetry.Meter;
        meter.CreateObservableGauge("notification_webhook_queue_depth", () => Volatile.Read(ref waiting), description: "Webhook messages that are due and wait; counted up to 20,000.");
        meter.CreateObservableGauge("notification_webhook_queue_oldest_age_seconds", () => Volatile.Read(ref oldest), description: "How long the oldest of them has been due.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, CountAsync, step, reason => logger.MaintenanceFailed("depth", reason), stoppingToken);

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var command = Depth.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        Volatile.Write(ref waiting, reader.GetInt64(Waiting));
        Volatile.Write(ref oldest, reader.GetDouble(Seconds));
    }
}
