using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using NotificationService.Kafka;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

public sealed class RecordProducerTests : IAsyncLifetime
{
    private readonly KafkaBrokers brokers = new();

    public async ValueTask InitializeAsync()
    {
        await brokers.InitializeAsync();
        brokers.CreateTopic("out");
    }

    public ValueTask DisposeAsync() => brokers.DisposeAsync();

    [Fact]
    public async Task Whoever_waits_for_a_producer_that_breaks_for_good_learns_its_outcome_and_the_next_record_has_a_new_one()
    {
        using var producer = new RecordProducer(new KafkaOptions { BootstrapServers = brokers.BootstrapServers });
        await ProduceAsync(producer, "before");
        brokers.TakeDown();
        List<Task> waiting = [.. Enumerable.Range(0, 20).Select(i => ProduceAsync(producer, $"waiting-{i}"))];
        using (var lease = producer.Lease())
        {
            Break(lease.Handle);
            await Eventually.TrueAsync(
                () =>
                {
                    using var next = producer.Lease();
                    return next.Handle != lease.Handle;
                },
                KafkaNode.Ample);

            // Somebody who still asks the brokers with it: it is not pulled from under them.
            using var client = new DependentAdminClientBuilder(lease.Handle).Build();
            Should.Throw<KafkaException>(() => client.GetMetadata(TimeSpan.FromMilliseconds(200)));
        }

        foreach (var one in waiting)
            await Should.ThrowAsync<KafkaException>(one.WaitAsync(KafkaNode.Ample));
        brokers.BringUp();
        await ProduceAsync(producer, "after").WaitAsync(KafkaNode.Ample);
        brokers.Read("out").Select(record => record.Value).ShouldBe(["before", "after"]);
    }

    [Theory]
    [InlineData(PersistenceStatus.PossiblyPersisted, true)]
    [InlineData(PersistenceStatus.NotPersisted, false)]
    public void Of_what_the_client_may_have_sent_the_outcome_is_unknown(PersistenceStatus status, bool isUnknown) =>
        RecordProducer.IsUnknown(new ProduceException<byte[]?, byte[]?>(new Error(ErrorCode.Local_MsgTimedOut), new DeliveryResult<byte[]?, byte[]?> { Status = status })).ShouldBe(isUnknown);

    private static Task ProduceAsync(RecordProducer producer, string text) =>
        producer.ProduceAsync("out", new Message<byte[]?, byte[]?> { Value = System.Text.Encoding.UTF8.GetBytes(text) }, CancellationToken.None);

    /// <summary>As if the broker had found a gap in what an idempotent producer numbers.</summary>
    private void Break(Handle handle)
    {
        var client = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(handle)!;
        brokers.FailForGood(client.DangerousGetHandle());
    }
}
