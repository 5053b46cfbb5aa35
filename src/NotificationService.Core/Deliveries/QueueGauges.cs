using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>How much waits and how long the oldest has waited, per channel, as <c>/metrics</c> shows it. Counted now and then, never for a request.</summary>
internal sealed class QueueGauges : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly Statement Depth = Statement.Load("deliveries_depth");

    private readonly Database database;
    private readonly TimeProvider time;
    private readonly ILogger<QueueGauges> logger;
    private readonly Step step;
    private volatile IReadOnlyDictionary<ChannelKind, (long Count, double Seconds)> depths = new Dictionary<ChannelKind, (long, double)>();

    public QueueGauges(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<QueueGauges> logger)
    {
        (this.database, this.time, this.logger, step) = (database, time, logger, heartbeats.Maintenance("queue_gauges"));
        var meter = Telemetry.Telemetry.Meter;
        meter.CreateObservableGauge(
            "notification_queue_depth",
            () => ChannelKinds.All.Select(channel => new System.Diagnostics.Metrics.Measurement<long>(Of(channel).Count, Tag(channel))),
            description: "Deliveries that are due and wait; counted up to 20,000.");
        meter.CreateObservableGauge(
            "notification_queue_oldest_age_seconds",
            () => ChannelKinds.All.Select(channel => new System.Diagnostics.Metrics.Measurement<double>(Of(channel).Seconds, Tag(channel))),
            description: "How long the oldest of them has been due.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, CountAsync, step, reason => logger.StepFailed("depth", reason), stoppingToken);

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        var read = new Dictionary<ChannelKind, (long, double)>();
        await using var command = Depth.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            read[(ChannelKind)reader.GetInt16(Columns.Channel)] = (reader.GetInt64(Columns.Waiting), reader.GetDouble(Columns.Seconds));
        depths = read;
    }

    private (long Count, double Seconds) Of(ChannelKind channel) => depths.GetValueOrDefault(channel);

    private static KeyValuePair<string, object?> Tag(ChannelKind channel) => new("channel", channel.ToName());

    private static class Columns
    {
        public static readonly Column
            Channel = Depth.Column("channel"), Waiting = Depth.Column("waiting"), Seconds = Depth.Column("seconds");
    }
}
