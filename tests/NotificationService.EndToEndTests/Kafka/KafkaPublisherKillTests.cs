using System.Globalization;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;
using Npgsql;

namespace NotificationService.EndToEndTests.Kafka;

/// <summary>Two worker processes on one outbox of Kafka messages; the one that holds the shards is killed.</summary>
public sealed class KafkaPublisherKillTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const int Shards = 8;

    private readonly KafkaBrokers brokers = new();
    private readonly TestDatabase database = new(cluster);

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        await brokers.InitializeAsync();
        brokers.CreateTopic(KafkaService.Status);
        // When each shard was taken, by whom, and for how long: by the database's own clock.
        await database.ExecuteAsync(
            """
            create table taken (shard smallint, node uuid, at timestamptz, until timestamptz, was uuid, was_until timestamptz);
            create function note_taken() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
            begin
                insert into taken values (new.shard, new.node, clock_timestamp(), new.lease_until, old.node, old.lease_until);
                return null;
            end $$;
            create trigger kafka_shards_taken after update on kafka_shards for each row when (new.node is not null) execute function note_taken();
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await brokers.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task When_the_publisher_that_holds_the_shards_is_killed_the_other_takes_them_when_the_lease_ends_and_publishes_the_rest_in_order()
    {
        using var ended = new CancellationTokenSource();
        await using var first = await StartAsync();
        // Always something to publish, so that the leases are always held.
        var adding = AddAsync(ended.Token);
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select count(distinct shard) = {Shards} and count(distinct node) = 1 from taken"), KafkaService.Ample);
        var dead = await database.ScalarAsync<Guid>("select node from taken limit 1");
        await using var second = await StartAsync();
        await Eventually.TrueAsync(() => Published() > 10 * Shards, KafkaService.Ample);

        await first.KillAsync();
        var killedAt = await database.ScalarAsync<DateTime>("select clock_timestamp()");
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select count(distinct shard) = {Shards} from taken where node <> '{dead}'"), KafkaService.Ample, () => second.Output);
        await ended.CancelAsync();
        var added = await adding;
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from kafka_messages") == 0, KafkaService.Ample, () => second.Output);

        // By the times that were stored: the dead one's leases end within ten seconds, and nobody takes what another still holds.
        (await database.ScalarAsync<double>($"select extract(epoch from max(until) - $1)::float8 from taken where node = '{dead}'", new NpgsqlParameter<DateTime> { TypedValue = killedAt })).ShouldBeLessThan(10);
        (await database.ScalarAsync<long>("select count(*) from taken where node <> was and at < was_until")).ShouldBe(0);
        for (var shard = 0; shard < Shards; shard++)
        {
            var published = brokers.Read(KafkaService.Status).Where(record => record.Key == $"of-{shard}").Select(record => int.Parse(record.Value!, CultureInfo.InvariantCulture)).ToList();
            published.Distinct().Order().ShouldBe(Enumerable.Range(0, added), $"all of shard {shard}");
            // What the dead one published and could not note comes again, followed by all that follows it.
            published.Zip(published.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First + 1);
        }
    }

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(
        database.ConnectionString,
        [.. brokers.Settings(), ("Notification__Kafka__StatusTopic", KafkaService.Status), ("Notification__Roles", "worker"), ServiceProcess.WithoutSeed, ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}")]);

    private int Published() => brokers.Read(KafkaService.Status).Count;

    /// <summary>One message for each shard again and again; answers how many each got.</summary>
    private async Task<int> AddAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var added = 0; ; added++)
        {
            await database.ExecuteAsync($"insert into kafka_messages (shard, tenant_id, key, payload) select g, '{Guid.Empty}', 'of-' || g, '{added}' from generate_series(0, {Shards - 1}) g");
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return added + 1;
            }
        }
    }
}
