using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Events;

/// <summary>Relays without workers: what is in the outbox reaches every sink once, in order, whatever happens to a relay.</summary>
public sealed class EventRelayTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly SentDeliveries planted = new(database);
    private readonly List<EventRelay> relays = [];
    private TenantId tenant;
    private Guid provider;

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("delete from outbox; create table if not exists published (position bigint generated always as identity, subject uuid, seq int, id text, sink text); delete from published; grant insert on published to notification_worker");
        tenant = await database.NewTenantAsync();
        provider = await planted.ProviderAsync(tenant);
    }

    [Fact]
    public async Task Relays_of_several_nodes_publish_everything_once_and_each_deliverys_events_in_order()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 400);
        await StartAsync(new KeepingSink(database), new KeepingSink(database), new KeepingSink(database));
        for (var change = 0; change < 3; change++)
            await ChangeAsync(deliveries, change == 2 ? 60 : 50);

        await UntilPublished(1_200);

        (await database.ScalarAsync<long>("select count(*) from published")).ShouldBe(1_200);
        (await database.QueryAsync<bool>("select array_agg(seq order by position) = array_agg(seq order by seq) from published group by subject")).ShouldAllBe(inOrder => inOrder);
        (await database.ScalarAsync<long>("select count(distinct (subject, seq)) from published")).ShouldBe(1_200);
        (await database.QueryAsync<int>("select max(seq) - min(seq) from published group by subject")).Distinct().ShouldBe([2], "the sequence has no gap");
        (await database.ScalarAsync<long>("select count(*) from outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task A_relay_that_dies_in_the_middle_loses_nothing_and_another_one_goes_on()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 200);
        var dying = new KeepingSink(database) { Fails = 3 };
        await StartAsync(dying, new KeepingSink(database));
        await ChangeAsync(deliveries, 50);

        // Connections of relays are cut while they are in the middle of it.
        for (var cut = 0; cut < 5; cut++)
        {
            await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'notification-worker' and datname = current_database()");
            await ChangeAsync(deliveries, 50);
        }

        await UntilPublished(1_200);
        (await database.ScalarAsync<long>("select count(distinct (subject, seq)) from published")).ShouldBe(1_200);
        (await database.QueryAsync<bool>("select array_agg(seq order by position) = array_agg(seq order by seq) from published group by subject")).ShouldAllBe(inOrder => inOrder);
    }

    [Fact]
    public async Task A_relay_that_stands_still_in_the_middle_is_replaced()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 100);
        var still = new TaskCompletionSource();
        await StartAsync(new KeepingSink(database) { Standstill = still });
        await ChangeAsync(deliveries, 50);
        await Eventually.TrueAsync(() => still.Task.IsCompleted, Soon);

        var began = TimeProvider.System.GetTimestamp();
        await StartAsync(new KeepingSink(database));
        await UntilPublished(100);

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(25), "five, and what a slow machine adds; its connection would end it only after thirty");
        (await database.ScalarAsync<long>("select count(distinct (subject, seq)) from published")).ShouldBe(100);
    }

    [Fact]
    public async Task An_event_that_cannot_be_published_is_dead_lettered_and_holds_up_nobody()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 100);
        var poison = deliveries[37].Value;
        await StartAsync(new KeepingSink(database) { Poison = poison });
        await ChangeAsync(deliveries, 50);

        await UntilPublished(99);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from outbox where shard >= 100") == 1, Soon);
        (await database.ScalarAsync<Guid>("select subject from outbox")).ShouldBe(poison);
    }

    [Fact]
    public async Task A_sink_that_is_broken_for_good_loses_nothing()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 10);
        await StartAsync(new KeepingSink(database));
        await database.ExecuteAsync("revoke insert on published from notification_worker");
        await ChangeAsync(deliveries, 50);
        await Eventually.TrueAsync(() => !Broken.IsEmpty, Soon);

        (await database.ScalarAsync<long>("select count(*) from outbox where shard < 100")).ShouldBe(10, "nothing was dead-lettered for a fault that is not the event's");
        await database.ExecuteAsync("grant insert on published to notification_worker");
        await UntilPublished(10);
    }

    [Fact]
    public async Task Without_anybody_who_listens_the_outbox_is_emptied_all_the_same()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 50);
        await StartAsync(new KeepingSink(database) { Listens = false });
        await ChangeAsync(deliveries, 50);

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from outbox") == 0, Soon);
        (await database.ScalarAsync<long>("select count(*) from published")).ShouldBe(0);
    }

    [Fact]
    public async Task What_ends_at_the_door_or_is_cancelled_is_written_to_the_outbox_in_the_same_commit()
    {
        await using var host = new IntakeHost(database);
        var withoutAddress = await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"] });
        var cancelled = await host.AcceptedAsync(tenant);
        await host.Service<NotificationCommands>().CancelAsync(tenant, cancelled, null, CancellationToken.None);

        (await database.QueryAsync<string>("select o.seq || ' ' || t.status from outbox o join timeline t on t.delivery_id = o.subject and t.seq = o.seq order by o.position"))
            .ShouldBe(["1 73", "2 72"]);
        (await database.QueryAsync<Guid>("select subject from outbox order by position")).ShouldBe([withoutAddress.Delivery(ChannelKind.Sms).Value, cancelled.Delivery(ChannelKind.Email).Value]);
    }

    [Fact]
    public async Task What_is_published_of_one_subject_stands_in_one_shard_and_so_in_its_order()
    {
        var subject = Guid.CreateVersion7();
        for (var i = 0; i < 20; i++)
            await database.ExecuteAsync($"select notification_meta.publish_event('{tenant}', notification_meta.new_id(), 'bulk_job.progress', '{subject}', now(), '{{}}')");

        (await database.QueryAsync<short>($"select distinct o.shard from outbox o join events e on e.id = o.subject where e.subject = '{subject}'"))
            .ShouldBe([await database.ScalarAsync<short>($"select notification_meta.shard_of('{subject}')")]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in relays)
        {
            await relay.StopAsync(CancellationToken.None);
            relay.Dispose();
        }
    }

    private ConcurrentQueue<string> Broken { get; } = new();

    private async Task StartAsync(params KeepingSink[] sinks)
    {
        foreach (var sink in sinks)
        {
            sink.Broken = Broken;
            var relay = new EventRelay(
                database.Database, [sink], new WakeUp(database.Database, TimeProvider.System, WakeUp.Events), new EventMetrics(), new Heartbeats(TimeProvider.System), TimeProvider.System,
                NullLogger<EventRelay>.Instance);
            relays.Add(relay);
            await relay.StartAsync(CancellationToken.None);
        }
    }

    private Task UntilPublished(long count)
    {
        long last = -1;
        return Eventually.TrueAsync(
            async () => (last = await database.ScalarAsync<long>("select count(*) from published")) >= count, Soon, () => $"{last} of {count} were published");
    }

    /// <summary>As a receipt does it: status, timeline and outbox in one statement.</summary>
    private Task<int> ChangeAsync(IReadOnlyList<DeliveryId> deliveries, int status) => database.ExecuteAsync(
        """
        with changed as (update deliveries set status = $2, timeline_seq = timeline_seq + 1 where id = any ($1) returning *),
        step as (insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, $2, clock_timestamp() from changed)
        insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), tenant_id, id, timeline_seq from changed
        """,
        new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => id.Value)] }, new NpgsqlParameter<short> { TypedValue = (short)status });

    /// <summary>Stores what is published in a table.</summary>
    private sealed class KeepingSink(TestDatabase database) : IEventSink
    {
        private readonly string name = database.Ids.Next().ToString();
        private int runs;

        public bool Listens { get; init; } = true;

        /// <summary>So many of its first runs end in an error that is nobody's fault.</summary>
        public int Fails { get; init; }

        /// <summary>Receives when it stands still, which it does for good.</summary>
        public TaskCompletionSource? Standstill { get; init; }

        public Guid Poison { get; init; }

        public ConcurrentQueue<string> Broken { get; set; } = new();

        public async Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken)
        {
            if (Standstill?.TrySetResult() ?? false)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (++runs <= Fails)
                await connection.CloseAsync();
            Broken.Enqueue(name);
            return new Audience(this);
        }

        public void Committed()
        {
        }

        private sealed class Audience(KeepingSink sink) : EventAudience
        {
            public override bool Includes(TenantId tenant) => sink.Listens;

            public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
            {
                if (events.Any(published => published.Subject == sink.Poison))
                    throw new FormatException("it cannot be written");
                foreach (var published in events)
                {
                    batch.Add(
                        "insert into published (subject, seq, id, sink) values ($1, $2, $3, $4)", new NpgsqlParameter<Guid> { TypedValue = published.Subject },
                        new NpgsqlParameter<int> { TypedValue = published.Sequence }, new NpgsqlParameter<string> { TypedValue = published.Id }, new NpgsqlParameter<string> { TypedValue = sink.name });
                }
            }
        }
    }
}
