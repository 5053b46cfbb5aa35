using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

public sealed class LagTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly KafkaBrokers brokers = new();

    public ValueTask InitializeAsync() => brokers.InitializeAsync();

    public ValueTask DisposeAsync() => brokers.DisposeAsync();

    [Fact]
    public async Task The_lag_is_shown_while_the_partitions_are_read_here_and_no_longer()
    {
        brokers.CreateTopic(KafkaNode.DeadLetters);
        brokers.CreateTopic("watched", partitions: 2);
        await brokers.ProduceAsync("watched", null, "nobody's", ("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/tests"), ("ce_type", "of.nobody"));
        await using var node = await KafkaNode.StartAsync(database, brokers, [("watched", await database.NewTenantAsync())]);
        await Eventually.TrueAsync(() => Lag() == 0, KafkaNode.Ample);

        await node.StopAsync();

        await Eventually.TrueAsync(() => Lag() is null, KafkaNode.Ample);
    }

    /// <summary>As <c>/metrics</c> would show it; null when it shows none.</summary>
    private static long? Lag()
    {
        var seen = new ConcurrentQueue<long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "notification_kafka_lag")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("topic", "watched")))
                seen.Enqueue(value);
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen.IsEmpty ? null : seen.Sum();
    }
}
