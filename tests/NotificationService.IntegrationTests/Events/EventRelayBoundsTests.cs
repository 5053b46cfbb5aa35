using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.IntegrationTests.Events;

/// <summary>However much there is to publish, a run of the relay ends: in time, and in pieces that a database takes.</summary>
public sealed class EventRelayBoundsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    /// <summary>Read from the table and not from the index, of which one test counts the entries that are read.</summary>
    private const string IsEmpty = "select not exists (select from outbox where ctid is not null)";

    /// <summary>As a receipt does it: status, timeline and outbox in one statement.</summary>
    private const string Publish =
        """
        with changed as (update deliveries set status = {status.delivered}, timeline_seq = timeline_seq + 1 where id = any ($1) returning *),
        step as (insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, {status.delivered}, clock_timestamp() from changed)
        insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), tenant_id, id, timeline_seq from changed
        """;

    [Theory]
    [InlineData("too many at once")]
    [InlineData("the first rounds, however small")]
    public async Task A_run_that_takes_too_long_is_tried_with_less_and_nothing_is_dead_lettered(string which)
    {
        await database.ExecuteAsync("delete from outbox; create table if not exists published_bounded (subject uuid); delete from published_bounded; grant insert on published_bounded to notification_worker");
        var planted = new SentDeliveries(database);
        var tenant = await database.NewTenantAsync();
        var deliveries = await planted.SentAsync(tenant, await planted.ProviderAsync(tenant), 100);
        await database.ExecuteAsync(
            "insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), tenant_id, id, timeline_seq from deliveries where id = any ($1)",
            new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => id.Value)] });
        using var relay = new EventRelay(
            database.Database, [new SlowSink(which == "too many at once" ? 5 : int.MaxValue, which == "too many at once" ? 0 : 10)],
            new WakeUp(database.Database, TimeProvider.System, WakeUp.Events), new EventMetrics(), new Heartbeats(TimeProvider.System), TimeProvider.System, NullLogger<EventRelay>.Instance);
        await relay.StartAsync(CancellationToken.None);

        long published = 0;
        await Eventually.TrueAsync(async () => (published = await database.ScalarAsync<long>("select count(*) from published_bounded")) >= 100, Soon, () => $"{published} of 100 were published");
        await relay.StopAsync(CancellationToken.None);

        (await database.ScalarAsync<long>("select count(*) from outbox")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(distinct subject) from published_bounded")).ShouldBe(100);
    }

    [Fact]
    public async Task Large_events_for_many_endpoints_are_inserted_in_pieces()
    {
        await database.ExecuteAsync("""
            create table if not exists insert_sizes (bytes bigint);
            create or replace function note_insert_size() returns trigger language plpgsql security definer as $$
            begin insert into insert_sizes select sum(length(body)) from fresh; return null; end $$;
            create or replace trigger note_insert_size after insert on webhook_messages referencing new table as fresh for each statement execute function note_insert_size();
            """);
        var tenant = await database.NewTenantAsync();
        await using var host = WorkerHost.Create(database.ConnectionString);
        var endpoints = new PlantedEndpoints(database, host.Services.GetRequiredService<CredentialVault>());
        for (var i = 0; i < 25; i++)
            await endpoints.PlantAsync(tenant, new Uri("https://hooks.invalid/in"));
        var events = Enumerable.Range(0, 60).Select(_ => Event(tenant)).ToList();

        await using (var connection = await database.Database.Worker.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var batch = TenantBatch.Within(connection);
            foreach (var sink in host.Services.GetServices<IEventSink>())
                (await sink.AudienceAsync(connection, [tenant], CancellationToken.None)).Append(batch, TenantSet.Of([tenant]), events);
            await batch.RunAsync(null, CancellationToken.None);
            await transaction.CommitAsync();
        }

        (await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant}'")).ShouldBe(25 * 60);
        (await database.ScalarAsync<long>("select max(bytes) from insert_sizes")).ShouldBeInRange(4_000_000, 10_000_000);
    }

    [Fact]
    public async Task What_was_removed_and_is_still_seen_by_an_old_transaction_is_not_read_for_every_event()
    {
        const int Dead = 30_000;
        await database.ExecuteAsync("delete from outbox");
        var tenant = await database.NewTenantAsync();
        await using var old = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await old.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using (var look = new NpgsqlCommand("select count(*) from tenants", old))
            await look.ExecuteScalarAsync();
        await database.ExecuteAsync($"insert into outbox (shard, tenant_id, subject, seq) select i % 8, '{tenant}', gen_random_uuid(), 0 from generate_series(1, {Dead}) i; delete from outbox; analyze outbox");
        using var relay = new EventRelay(
            database.Database, [], new WakeUp(database.Database, TimeProvider.System, WakeUp.Events), new EventMetrics(), new Heartbeats(TimeProvider.System), TimeProvider.System,
            NullLogger<EventRelay>.Instance);
        // A watermark is raised when whoever was writing has ended, in other databases too: not at once, but soon and for good.
        var (read, max) = (long.MaxValue, 0.0);
        await Eventually.TrueAsync(
            async () =>
            {
                var (before, began) = (await ReadAsync(), TimeProvider.System.GetTimestamp());
                await relay.StartAsync(CancellationToken.None);
                await RepeatsAsync(tenant, 20);
                await relay.StopAsync(CancellationToken.None);
                await EndSessionsAsync();
                max = Dead * 3 * (TimeProvider.System.GetElapsedTime(began).TotalSeconds / 5 + 2);
                read = await ReadAsync() - before;
                return read < max;
            },
            TimeSpan.FromSeconds(120), () => $"{read} entries were read, more than the {max:0} for a look at all of them now and then");
    }

    [Fact]
    public async Task A_change_that_is_committed_late_is_published_before_the_one_after_it()
    {
        await database.ExecuteAsync("delete from outbox; drop table if exists published_in_order; create table published_in_order (position bigint generated always as identity, subject uuid, seq int); grant insert on published_in_order to notification_worker");
        var planted = new SentDeliveries(database);
        var tenant = await database.NewTenantAsync();
        var deliveries = await planted.SentAsync(tenant, await planted.ProviderAsync(tenant), 80);
        Guid[] together = [.. deliveries.GroupBy(id => id.Value.ToByteArray(bigEndian: true)[14] & 7).MaxBy(shard => shard.Count())!.Select(id => id.Value)];
        var (late, others) = (together[0], together[1..]);
        using var relay = new EventRelay(
            database.Database, [new OrderSink()], new WakeUp(database.Database, TimeProvider.System, WakeUp.Events), new EventMetrics(), new Heartbeats(TimeProvider.System), TimeProvider.System,
            NullLogger<EventRelay>.Instance);
        await relay.StartAsync(CancellationToken.None);
        await using var early = await database.Superuser.OpenConnectionAsync();
        await using var earlier = await early.BeginTransactionAsync();
        await RunAsync(early, "select pg_current_xact_id()");
        await using var writer = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await RunAsync(writer, Publish, late);

        // Whatever of the same shard is published meanwhile has a larger position, also what was written by a transaction that began before.
        await RunAsync(early, Publish, others[0]);
        await earlier.CommitAsync();
        foreach (var other in others)
        {
            await Eventually.TrueAsync(async () => await database.ScalarAsync<bool>(IsEmpty), Soon);
            await database.ExecuteAsync(Publish, new NpgsqlParameter<Guid[]> { TypedValue = [other] });
        }

        await transaction.CommitAsync();
        await database.ExecuteAsync(Publish, new NpgsqlParameter<Guid[]> { TypedValue = [late] });
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>($"select count(*) from published_in_order where subject = '{late}'") == 2, Soon);
        await relay.StopAsync(CancellationToken.None);

        others.Length.ShouldBeGreaterThan(2);
        (await database.QueryAsync<int>($"select seq from published_in_order where subject = '{late}' order by position")).ShouldBe([2, 3]);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params Guid[] ids)
    {
        await using var command = new NpgsqlCommand(SqlNames.Replace(sql), connection);
        if (ids.Length > 0)
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One event of each shard, and again when all are gone.</summary>
    private async Task RepeatsAsync(TenantId tenant, int runs)
    {
        for (var run = 0; run < runs; run++)
        {
            await database.ExecuteAsync($"insert into outbox (shard, tenant_id, subject, seq) select i, '{tenant}', gen_random_uuid(), 0 from generate_series(0, 7) i");
            await Eventually.TrueAsync(async () => await database.ScalarAsync<bool>(IsEmpty), Soon);
        }
    }

    private Task<long> ReadAsync() => database.ScalarAsync<long>("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'outbox_queue'");

    /// <summary>What a session counted is published at the latest when it ends.</summary>
    private Task EndSessionsAsync()
    {
        database.Database.Worker.Clear();
        return Eventually.TrueAsync(
            async () => await database.ScalarAsync<bool>("select not exists (select from pg_stat_activity where application_name = 'notification-worker' and datname = current_database())"), Soon);
    }

    private DeliveryEvent Event(TenantId tenant)
    {
        var delivery = NotificationId.From(database.Ids.Next()).Delivery(ChannelKind.Email);
        return new DeliveryEvent(EventTypes.IdOf(delivery, 1), tenant, "delivery.sent", delivery, 1, TimeProvider.System.GetUtcNow(), DeliveryStatus.Sent)
        {
            Metadata = $$"""{"text":"{{new string('x', 16_000)}}"}""",
        };
    }

    /// <summary>Writes down in which order it is published.</summary>
    private sealed class OrderSink : IEventSink
    {
        public Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken) => Task.FromResult<EventAudience>(new Audience());

        public void Committed()
        {
        }

        private sealed class Audience : EventAudience
        {
            public override bool Includes(TenantId tenant) => true;

            public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
            {
                foreach (var published in events)
                {
                    batch.Add(
                        "insert into published_in_order (subject, seq) values ($1, $2)", new NpgsqlParameter<Guid> { TypedValue = published.Subject }, new NpgsqlParameter<int> { TypedValue = published.Sequence });
                }
            }
        }
    }

    /// <summary>Takes too long for more than so many at once, and for its first runs.</summary>
    private sealed class SlowSink(int max, int runs) : IEventSink
    {
        private int begun;

        public Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken) =>
            Task.FromResult<EventAudience>(new Audience(++begun <= runs, max));

        public void Committed()
        {
        }

        private sealed class Audience(bool isLate, int max) : EventAudience
        {
            public override bool Includes(TenantId tenant) => true;

            public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
            {
                if (isLate)
                    throw new TimeoutException("the database does not answer");
                // What PostgreSQL says of a statement that it ended for its length.
                if (events.Count > max)
                    batch.Add("do $$ begin raise exception using errcode = '57014', message = 'canceling statement due to statement timeout'; end $$");
                foreach (var published in events)
                    batch.Add("insert into published_bounded (subject) values ($1)", new NpgsqlParameter<Guid> { TypedValue = published.Subject });
            }
        }
    }
}
