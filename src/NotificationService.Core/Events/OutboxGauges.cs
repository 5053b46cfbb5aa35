using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Events;

/// <summary>How much waits to be published, as <c>/metrics</c> shows it. Counted now and then, never for a request.</summary>
internal sealed class OutboxGauges : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly Statement Depth = Statement.Load("outbox_depth");
    private static readonly Statement KafkaDepth = Statement.Load("kafka_messages_depth");

    private readonly Database database;
    private readonly TimeProvider time;
    private readonly ILogger<OutboxGauges> logger;
    private readonly Step step;
    private long waiting;
    private long deadLettered;
    private long kafkaWaiting;
    private long kafkaDeadLettered;
    private double kafkaSeconds;

    public OutboxGauges(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<OutboxGauges> logger)
    {
        (this.database, this.time, this.logger, step) = (database, time, logger, heartbeats.Maintenance("outbox_gauges"));
        var meter = Telemetry.Telemetry.Meter;
        meter.CreateObservableGauge("notification_outbox_depth", () => Volatile.Read(ref waiting), description: "Events that wait to be published; counted up to 20,000.");
        meter.CreateObservableGauge("notification_outbox_set_aside", () => Volatile.Read(ref deadLettered), description: "Events that could not be published and wait for a person.");
        // Of every worker, so that what an earlier configuration left behind is seen.
        meter.CreateObservableGauge("notification_kafka_waiting", () => Volatile.Read(ref kafkaWaiting), description: "Status events that wait for the brokers; counted up to 20,000.");
        meter.CreateObservableGauge("notification_kafka_waiting_seconds", () => Volatile.Read(ref kafkaSeconds), description: "How long the oldest of them has waited.");
        meter.CreateObservableGauge("notification_kafka_set_aside", () => Volatile.Read(ref kafkaDeadLettered), description: "Status events that the brokers refuse and that wait for a person.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, CountAsync, step, logger.RelayFailed, stoppingToken);

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var command = Depth.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        Volatile.Write(ref waiting, reader.GetInt64(Columns.Waiting));
        Volatile.Write(ref deadLettered, reader.GetInt64(Columns.DeadLettered));
        await reader.CloseAsync();
        await using var kafka = KafkaDepth.With().On(database.Worker);
        await using var counted = await kafka.ExecuteReaderAsync(cancellationToken);
        await counted.ReadAsync(cancellationToken);
        Volatile.Write(ref kafkaWaiting, counted.GetInt64(KafkaColumns.Waiting));
        Volatile.Write(ref kafkaSeconds, counted.GetDouble(KafkaColumns.Seconds));
        Volatile.Write(ref kafkaDeadLettered, counted.GetInt64(KafkaColumns.DeadLettered));
    }

    private static class Columns
    {
        public static readonly Column
            Waiting = Depth.Column("waiting"), DeadLettered = Depth.Column("dead_lettered");
    }

    private static class KafkaColumns
    {
        public static readonly Column
            Waiting = KafkaDepth.Column("waiting"), Seconds = KafkaDepth.Column("seconds"), DeadLettered = KafkaDepth.Column("dead_lettered");
    }
}
