using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Storage;

namespace NotificationService.Events;

/// <summary>How much waits to be told, as <c>/metrics</c> shows it, and the removal of events that have served.</summary>
internal sealed class OutboxGauges : BackgroundService
{
    private const int Bite = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);
    private static readonly string Depth = SqlText.Statement("outbox_depth");

    private readonly Database database;
    private readonly TimeProvider time;
    private readonly ILogger<OutboxGauges> logger;
    private long waiting;
    private long aside;
    private long kafkaWaiting;
    private long kafkaAside;
    private double kafkaSeconds;

    public OutboxGauges(Database database, TimeProvider time, ILogger<OutboxGauges> logger)
    {
        (this.database, this.time, this.logger) = (database, time, logger);
        var meter = Telemetry.Telemetry.Meter;
        meter.CreateObservableGauge("notification_outbox_depth", () => Volatile.Read(ref waiting), description: "Events that wait to be handed on; counted up to 20,000.");
        meter.CreateObservableGauge("notification_outbox_set_aside", () => Volatile.Read(ref aside), description: "Events that could not be handed on and wait for a person.");
        // Of every worker, so that what an earlier configuration left behind is seen.
        meter.CreateObservableGauge("notification_kafka_waiting", () => Volatile.Read(ref kafkaWaiting), description: "Status events that wait for the brokers; counted up to 20,000.");
        meter.CreateObservableGauge("notification_kafka_waiting_seconds", () => Volatile.Read(ref kafkaSeconds), description: "How long the oldest of them has waited.");
        meter.CreateObservableGauge("notification_kafka_set_aside", () => Volatile.Read(ref kafkaAside), description: "Status events that the brokers refuse and that wait for a person.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await CountAsync(stoppingToken);
                await PurgeAsync(stoppingToken);
            }
#pragma warning disable CA1031 // what is counted now and then ends no loop
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.RelayFailed((exception as PostgresException)?.SqlState ?? exception.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand(Depth);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        Volatile.Write(ref waiting, reader.GetInt64(0));
        Volatile.Write(ref aside, reader.GetInt64(1));
        await reader.CloseAsync();
        await using var kafka = database.Worker.CreateCommand("select waiting, seconds, aside from notification_meta.kafka_waiting()");
        await using var counted = await kafka.ExecuteReaderAsync(cancellationToken);
        await counted.ReadAsync(cancellationToken);
        Volatile.Write(ref kafkaWaiting, counted.GetInt64(0));
        Volatile.Write(ref kafkaSeconds, counted.GetDouble(1));
        Volatile.Write(ref kafkaAside, counted.GetInt64(2));
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])["select notification_meta.purge_events($1, $2)", "select notification_meta.purge_kafka_messages($1, $2)"])
        {
            await using var command = database.Worker.CreateCommand(statement);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - Keep });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Bite });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
