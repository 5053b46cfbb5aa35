using Confluent.Kafka;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

public sealed class StatusPublisherTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    /// <summary>For what may have to wait until leases are over, and longer.</summary>
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(150);

    private readonly KafkaBrokers brokers = new();

    public async ValueTask InitializeAsync()
    {
        await brokers.InitializeAsync();
        brokers.CreateTopic(KafkaNode.Status);
        await database.ExecuteAsync("truncate kafka_messages; update kafka_shards set node = null, lease_until = '-infinity'");
    }

    public ValueTask DisposeAsync() => brokers.DisposeAsync();

    [Fact]
    public async Task What_the_brokers_never_take_is_dead_lettered_and_its_shard_goes_on()
    {
        await AddAsync(3, "first", "small");
        await AddAsync(3, "large", new string('x', 20_000));
        for (var i = 0; i < 10; i++)
            await AddAsync(3, $"later-{i}", "small");
        await using var node = await StartAsync(brokers.BootstrapServers, ("Notification:Kafka:Client:message.max.bytes", "10000"));

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages where shard < 100") == 0, KafkaNode.Ample);

        brokers.Read(KafkaNode.Status).Select(record => record.Key).Distinct().ShouldBe(["first", .. Enumerable.Range(0, 10).Select(i => $"later-{i}")]);
        (await database.QueryAsync<string>("select shard || ' ' || key from kafka_messages")).ShouldBe(["103 large"]);
        (await database.ScalarAsync<long>("select dead_lettered from notification_meta.kafka_waiting()")).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_acknowledged_late_is_followed_once_more_by_what_stands_behind_it()
    {
        await AddAsync(3, "one", "first");
        await AddAsync(3, "one", "second");
        brokers.RefuseNext(KafkaRequest.Produce, ErrorCode.MsgSizeTooLarge);

        // Each is a batch of its own, so that the brokers judge each by itself.
        await using var node = await StartAsync(brokers.BootstrapServers, ("Notification:Kafka:Client:batch.num.messages", "1"));

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages") == 0, KafkaNode.Ample);
        var published = brokers.Read(KafkaNode.Status).Select(record => record.Value).ToList();
        published.ShouldContain("first");
        published.Last().ShouldBe("second", string.Join(' ', published));
    }

    [Fact]
    public async Task Whatever_a_run_fails_at_the_next_one_goes_on()
    {
        await database.ExecuteAsync("alter table kafka_messages alter column key drop not null; insert into kafka_messages (shard, tenant_id, key, payload) values (2, '00000000-0000-0000-0000-000000000000', null, 'x')");
        await using var node = await StartAsync(brokers.BootstrapServers);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_shards where lease_until > clock_timestamp()") == 8, KafkaNode.Ample);

        await database.ExecuteAsync("delete from kafka_messages where key is null; alter table kafka_messages alter column key set not null");
        await AddAsync(2, "good", "told");

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages") == 0, KafkaNode.Ample);
        brokers.Read(KafkaNode.Status).Select(record => record.Key).ShouldContain("good");
    }

    [Fact]
    public async Task A_node_that_does_not_reach_the_brokers_leaves_what_is_to_be_published_to_another()
    {
        for (short shard = 0; shard < 8; shard++)
            await AddAsync(shard, $"of-{shard}", "told");
        await using var lonely = await StartAsync("127.0.0.1:1");
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_shards where lease_until > clock_timestamp()") == 8, KafkaNode.Ample);

        await using var other = await StartAsync(brokers.BootstrapServers);

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages") == 0, Ample);
        brokers.Read(KafkaNode.Status).Select(record => record.Key).Distinct().Count().ShouldBe(8);
    }

    [Fact]
    public async Task What_a_node_takes_is_anothers_within_ten_seconds_of_its_death()
    {
        await AddAsync(1, "taken", "told");
        await using var lonely = await StartAsync("127.0.0.1:1");

        var held = TimeSpan.Zero;
        await Eventually.TrueAsync(async () => (held = await database.ScalarAsync<TimeSpan>("select max(greatest(lease_until, clock_timestamp())) - clock_timestamp() from kafka_shards")) > TimeSpan.FromSeconds(1), KafkaNode.Ample);

        // Whoever waits for it looks four times a second.
        held.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(9.5));
    }

    [Fact]
    public async Task What_nobody_publishes_any_more_is_seen_and_goes_after_a_month()
    {
        await AddAsync(0, "old", "x");
        await AddAsync(107, "old-aside", "x");
        await database.ExecuteAsync("update kafka_messages set created_at = now() - interval '31 days'");
        await AddAsync(0, "young", "x");
        // No Kafka in this process's configuration.
        await using var node = WorkerHost.Create(database.ConnectionString);

        await node.StartAsync();

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages") == 1, KafkaNode.Ample);
        (await database.ScalarAsync<string>("select key from kafka_messages")).ShouldBe("young");
    }

    private Task<WorkerHost> StartAsync(string bootstrapServers, params (string Name, string Value)[] settings) => KafkaNode.StartAsync(
        database, brokers, [], null, [("Notification:Kafka:BootstrapServers", bootstrapServers), ("Notification:Kafka:StatusTopic", KafkaNode.Status), .. settings]);

    private async Task AddAsync(short shard, string key, string payload) =>
        await database.ExecuteAsync($"insert into kafka_messages (shard, tenant_id, key, payload) values ({shard}, '{Guid.Empty}', '{key}', '{payload}')");
}
