using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>What has served is removed, what nobody wants is dropped, and no amount of replays stands in the way of it.</summary>
public sealed class WebhookMaintenanceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Replays_that_never_end_keep_the_replayer_from_nothing()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        await database.ExecuteAsync("""
            create or replace function drag() returns trigger language plpgsql as $$ begin perform pg_sleep(0.4); new.state := 1; new.queued := old.queued + 1; return new; end $$;
            create or replace trigger drag before update on webhook_replays for each row execute function drag();
            """);
        for (var i = 0; i < 4; i++)
            await ReplayAsync(stage, await stage.PlantAsync($"/dragging-{i}", 0));
        await stage.StartAsync();
        try
        {
            long turns = 0;
            await Eventually.TrueAsync(
                async () => (turns = await database.ScalarAsync<long>($"select sum(queued)::bigint from webhook_replays where tenant_id = '{stage.Tenant}'")) >= 28, TimeSpan.FromSeconds(60),
                () => $"{turns} half turns");

            stage.Service<Heartbeats>().All.Single(beat => beat.Name == "webhook_replayer").Silence.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        }
        finally
        {
            await database.ExecuteAsync("drop trigger drag on webhook_replays");
        }
    }

    [Fact]
    public async Task What_is_old_is_removed_even_while_a_replay_does_not_come_to_its_end()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/kept", 0);
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 10, state: 2, madeAt: "now() - interval '60 days'");
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 5, state: 2, madeAt: "now() - interval '20 days'");
        await ReplayAsync(stage, endpoint);
        var worker = stage.Worker();
        await using var holder = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table webhook_endpoints in access exclusive mode", holder))
            await hold.ExecuteNonQueryAsync();
        await worker.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_messages where tenant_id = '{stage.Tenant}'", 5);
    }

    [Fact]
    public async Task Attempts_go_with_their_month_when_webhooks_are_old_enough_whatever_is_kept_of_notifications()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        foreach (var months in (int[])[4, 5])
        {
            await database.ExecuteAsync($"""
                do $$ declare began timestamptz := date_trunc('month', now()) - interval '{months} months'; name text := to_char(began, '"_y"YYYY"m"MM'); parent text;
                begin
                    foreach parent in array array['webhook_attempts', 'attempts'] loop
                        execute format('create table %I partition of %I for values from (%L) to (%L)', parent || name, parent, notification_meta.uuid_floor(began), notification_meta.uuid_floor(began + interval '1 month'));
                    end loop;
                end $$
                """);
        }

        // One still waits for its next try: its month stays.
        var endpoint = await stage.PlantAsync("/patient", 0);
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 1, madeAt: "date_trunc('month', now()) - interval '4 months' + interval '3 days'", dueAt: "now() + interval '1 h'");
        await stage.StartAsync(("Notification:Webhooks:Retention", "40.00:00:00"), ("Notification:Delivery:Retention", "00:00:00"));

        await stage.UntilAsync(Months("webhook_attempts", 5), 0);
        (await database.ScalarAsync<long>(Months("webhook_attempts", 4))).ShouldBe(1);
        (await database.ScalarAsync<long>(Months("attempts", 5))).ShouldBe(1);

        static string Months(string parent, int ago) => $"select count(to_regclass('{parent}' || to_char(date_trunc('month', now()) - interval '{ago} months', '\"_y\"YYYY\"m\"MM')))";
    }

    [Fact]
    public async Task What_is_queued_for_an_endpoint_that_is_disabled_or_gone_is_dropped_long_before_its_turn()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var (off, gone, on) = (await stage.PlantAsync("/off", 0), await stage.PlantAsync("/gone", 0), await stage.PlantAsync("/on", 0));
        foreach (var endpoint in (Guid[])[off, gone, on])
            await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 2_500, dueAt: "now() + interval '2 h'");
        await database.ExecuteAsync($"update webhook_endpoints set enabled = false where id = '{off}'; delete from webhook_endpoints where id = '{gone}'");
        await stage.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{off}' and state = {{message.dropped}} and reason = 'endpoint_disabled' and ended_at is not null", 2_500);
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{gone}' and state = {{message.dropped}} and reason = 'endpoint_deleted'", 2_500);

        (await database.ScalarAsync<long>($"select count(*) from webhook_messages where endpoint_id = '{on}' and state = {{message.pending}}")).ShouldBe(2_500);
        stage.Receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task However_many_endpoints_stand_before_one_that_is_gone_what_is_queued_for_it_is_dropped()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        await database.ExecuteAsync($"""
            insert into webhook_endpoints (tenant_id, id, url, events, payload, headers, enabled, revision, created_at, updated_at)
            select '{stage.Tenant}', ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'https://hook.example.com', array['*'], 1, '{"{}"}', true, 1, now(), now() from generate_series(1, 5100) i;
            insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, attempts, due_at, created_at)
            select notification_meta.new_id(), '{stage.Tenant}', id, 'evt_' || id, 'delivery.sent', id, 1, now(), '{"{}"}', 1, 0, now() + interval '2 h', now() from webhook_endpoints where tenant_id = '{stage.Tenant}'
            """);
        var gone = await stage.PlantAsync("/gone", 0);
        await stage.Endpoints.MessagesAsync(stage.Tenant, gone, 3, dueAt: "now() + interval '2 h'");
        await database.ExecuteAsync($"delete from webhook_endpoints where id = '{gone}'");
        await stage.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{gone}' and state = {{message.dropped}} and reason = 'endpoint_deleted'", 3);
        (await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{stage.Tenant}' and state = {{message.pending}}")).ShouldBe(5_100);
    }

    /// <summary>Two notices about one endpoint come in their order only if they are published by one relay after the other.</summary>
    [Fact]
    public async Task A_notice_that_is_replayed_is_published_in_the_shard_of_what_it_is_about()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/notices", 0);
        await database.ExecuteAsync($"""
            insert into events (tenant_id, id, type, subject, occurred_at, data)
            select '{stage.Tenant}', notification_meta.new_id(), 'webhook_endpoint.failing', '{endpoint}', now() - interval '1 min', '{"{}"}' from generate_series(1, 40)
            """);
        var replay = await ReplayAsync(stage, endpoint);
        await database.ExecuteAsync($"update webhook_replays set mode = 2, reached = now() - interval '10 min' where id = '{replay}'; delete from outbox");
        await using (var batch = await TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None))
        {
            batch.Add(
                stage.Tenant, SqlText.Statement("webhook_replays_all"), new NpgsqlParameter<Guid> { TypedValue = stage.Tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = replay },
                new NpgsqlParameter<int> { TypedValue = 500 }, new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromHours(1) });
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select (shard = notification_meta.shard_of('{endpoint}')) || ' ' || count(*) from outbox where tenant_id = '{stage.Tenant}' group by shard")).ShouldBe(["true 40"]);
    }

    [Fact]
    public async Task Replays_that_ended_are_removed_and_an_endpoint_has_one_that_runs()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/again", 0);
        foreach (var (days, state) in ((int, int)[])[(60, 2), (50, 3), (10, 2)])
            await ReplayAsync(stage, endpoint, state, days);
        await ReplayAsync(stage, endpoint, state: 1);
        (await Should.ThrowAsync<PostgresException>(() => ReplayAsync(stage, endpoint, state: 1))).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        await stage.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_replays where tenant_id = '{stage.Tenant}'", 2);
        await stage.UntilAsync($"select count(*) from webhook_replays where tenant_id = '{stage.Tenant}' and state = {{replay.done}}", 2);
    }

    [Fact]
    public async Task A_replay_of_what_failed_reads_nothing_from_before_it_begins()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/long", 0);
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 4_000, state: 3, madeAt: "now() - interval '20 days'");
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 7, state: 3, madeAt: "now() - interval '10 min'");
        await database.ExecuteAsync("vacuum analyze webhook_messages");
        var replay = await ReplayAsync(stage, endpoint);
        var plan = new List<string>();
        await using (var batch = await TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None))
        {
            batch.Add(
                stage.Tenant, "explain (analyze, costs off, timing off) " + SqlText.Statement("webhook_replays_failed"), new NpgsqlParameter<Guid> { TypedValue = stage.Tenant.Value },
                new NpgsqlParameter<Guid> { TypedValue = replay }, new NpgsqlParameter<int> { TypedValue = 500 }, new NpgsqlParameter<int> { TypedValue = 1000 });
            await batch.CommitAsync(row => plan.Add(row.GetString(0)), CancellationToken.None);
        }

        plan.ShouldNotContain(line => line.Contains("Rows Removed by Filter: 4000", StringComparison.Ordinal), string.Join('\n', plan));
        (await database.ScalarAsync<long>($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and state = {{message.pending}}")).ShouldBe(7);
    }

    [Fact]
    public async Task A_message_that_was_sent_a_thousand_times_is_left_alone_by_replays()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/often", 0);
        await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 2, state: 3, madeAt: "now() - interval '1 min'");
        await database.ExecuteAsync($"update webhook_messages set attempts = 1000 where id = (select id from webhook_messages where endpoint_id = '{endpoint}' limit 1)");
        await stage.StartAsync();
        var replay = await ReplayAsync(stage, endpoint);

        await stage.UntilAsync($"select count(*) from webhook_replays where id = '{replay}' and state = {{replay.done}} and queued = 1", 1);
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and state = {{message.delivered}} and attempts = 2", 1);
        stage.Receiver.On("/often").Count.ShouldBe(1);
    }

    [Fact]
    public async Task How_much_waits_to_be_sent_and_for_how_long_is_a_metric()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        for (var i = 0; i < 2; i++)
            await stage.Endpoints.MessagesAsync(stage.Tenant, await stage.PlantAsync($"/waits-{i}", 0), 4, dueAt: "now() - interval '90 s'");
        await stage.Endpoints.MessagesAsync(stage.Tenant, await stage.PlantAsync("/later", 0), 100, dueAt: "now() + interval '1 h'");
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => listening.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, before) => Math.Max(before, value)));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, before) => Math.Max(before, value)));
        listener.Start();
        var gauges = stage.Worker().Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "WebhookGauges");
        await gauges.StartAsync(CancellationToken.None);

        await Eventually.TrueAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return seen.GetValueOrDefault("notification_webhook_queue_depth") >= 8 && seen.GetValueOrDefault("notification_webhook_queue_oldest_age_seconds") >= 90;
            },
            TimeSpan.FromSeconds(30), () => string.Join(", ", seen));
        await gauges.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Of_every_month_of_the_timeline_new_pages_are_summarized_by_themselves() =>
        (await database.QueryAsync<string>("select array_to_string(reloptions, ' ') from pg_class where relname ~ '^timeline.*at' and relkind in ('i', 'I') and relam = (select oid from pg_am where amname = 'brin')"))
            .ShouldAllBe(options => options.Contains("autosummarize=on", StringComparison.Ordinal));

    private async Task<Guid> ReplayAsync(WebhookStage stage, Guid endpoint, int state = 1, int daysAgo = 0)
    {
        var id = database.Ids.Next();
        await database.ExecuteAsync($"""
            insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, state, created_at, worked_at)
            select '{stage.Tenant}', '{id}', '{endpoint}', 1, at - interval '1 h', at, at - interval '1 h', {state}, at, at - interval '1 h' from (select now() - interval '{daysAgo} days' as at) x
            """);
        return id;
    }
}
