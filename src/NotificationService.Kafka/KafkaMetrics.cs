using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NotificationService.Kafka.Intake;

namespace NotificationService.Kafka;

/// <summary>What Kafka shows in <c>/metrics</c>. Topics are those of the configuration.</summary>
internal sealed class KafkaMetrics
{
    private readonly Counter<long> records = Telemetry.Telemetry.Meter.CreateCounter<long>("notification_kafka_records_total", description: "Records that were handled, by what became of them.");
    private readonly ConcurrentDictionary<(string Topic, int Partition), long> lags = new();
    private readonly Counter<long> published = Telemetry.Telemetry.Meter.CreateCounter<long>("notification_kafka_published_total", description: "Status events that the brokers acknowledged.");
    private volatile bool isUp;

    public KafkaMetrics()
    {
        Telemetry.Telemetry.Meter.CreateObservableGauge(
            "notification_kafka_lag",
            () => lags.GroupBy(lag => lag.Key.Topic).Select(topic => new Measurement<long>(topic.Sum(lag => lag.Value), new KeyValuePair<string, object?>("topic", topic.Key))),
            description: "Records of the partitions that this process reads which it has not handled yet, as far as it knows.");
        Telemetry.Telemetry.Meter.CreateObservableGauge("notification_kafka_up", () => isUp ? 1 : 0, description: "Whether the brokers answer.");
    }

    /// <summary>Whether the brokers answered when they were asked last.</summary>
    public bool IsUp
    {
        get => isUp;
        set => isUp = value;
    }

    public void Handled(IReadOnlyList<RecordWork> works)
    {
        foreach (var ofTopic in works.CountBy(work => (work.Record.Topic, work.Outcome)))
            records.Add(ofTopic.Value, new KeyValuePair<string, object?>("topic", ofTopic.Key.Topic), new KeyValuePair<string, object?>("outcome", ofTopic.Key.Outcome));
    }

    public void Published(int count) => published.Add(count);

    public void Lag(string topic, int partition, long lag) => lags[(topic, partition)] = lag;

    public void Lost(string topic, int partition) => lags.TryRemove((topic, partition), out _);
}
