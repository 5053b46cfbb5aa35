using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Batches;
using NotificationService.Kafka;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;
using NotificationService.Realtime;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

public sealed class DeadLetterWriterTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly KafkaBrokers brokers = new();

    public ValueTask InitializeAsync() => brokers.InitializeAsync();

    public ValueTask DisposeAsync() => brokers.DisposeAsync();

    [Fact]
    public async Task What_the_brokers_find_too_large_is_written_with_less_of_it_until_they_take_it()
    {
        brokers.CreateTopic(KafkaNode.DeadLetters);
        var options = new KafkaOptions { BootstrapServers = brokers.BootstrapServers, DeadLetterTopic = KafkaNode.DeadLetters };
        using var producer = new RecordProducer(options);
        var writer = new DeadLetterWriter(producer, options, TimeProvider.System, NullLogger<DeadLetterWriter>.Instance);
        var record = new InputRecord("orders", 0, 7, "key"u8.ToArray(), "value"u8.ToArray(), new Headers { { "x-large", "theirs"u8.ToArray() } }, Timestamp.Default);
        brokers.RefuseNext(KafkaRequest.Produce, ErrorCode.MsgSizeTooLarge, ErrorCode.MsgSizeTooLarge);

        await writer.WriteAsync(record, [Refusal.Of("json_invalid", "It is not JSON.")], isPartial: false, CancellationToken.None).WaitAsync(KafkaNode.Ample);
        await writer.WriteAsync(record, [Refusal.Of("json_invalid", "It is not JSON.")], isPartial: false, CancellationToken.None).WaitAsync(KafkaNode.Ample);

        var written = brokers.Read(KafkaNode.DeadLetters);
        written.Count.ShouldBe(2);
        (written[0].Key, written[0].Value, written[0].Header("x-large"), written[0].Header("dlq-offset")).ShouldBe((null, null, null, "7"));
        (written[1].Key, written[1].Value, written[1].Header("x-large")).ShouldBe(("key", "value", "theirs"));
    }

    [Fact]
    public async Task A_record_at_whose_reading_the_service_fails_is_a_dead_letter_and_the_next_one_is_read()
    {
        brokers.CreateTopic(KafkaNode.DeadLetters);
        brokers.CreateTopic("orders");
        var tenant = await database.NewTenantAsync();
        await using var node = await KafkaNode.StartAsync(database, brokers, [("orders", tenant)], services => services.AddSingleton<IRequestReader, Failing>());
        await brokers.ProduceEventAsync("orders", "1", "notification.send", """{"first":1}""");
        await brokers.ProduceEventAsync("orders", "2", "notification.batch.send", """{"second":1}""");

        await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 2, KafkaNode.Ample);

        brokers.Read(KafkaNode.DeadLetters).Select(record => record.Header("dlq-reason")).ShouldBe(["not_readable", "validation_failed"]);
    }

    private sealed class Failing : IRequestReader
    {
        public (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8) => throw new InvalidOperationException("planted");

        public (BatchOpening? Opening, IReadOnlyList<RequestIssue> Issues) ReadBatch(ReadOnlyMemory<byte> utf8) => (null, [new RequestIssue("", "type", "No.")]);

        public (EventPublication? Publication, IReadOnlyList<RequestIssue> Issues) ReadPublish(ReadOnlyMemory<byte> utf8) => throw new InvalidOperationException("planted");
    }
}
