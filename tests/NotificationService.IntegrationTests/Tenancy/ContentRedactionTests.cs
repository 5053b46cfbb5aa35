using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Tenancy;

/// <summary>Content goes after its time and rows stay; each channel has its own time, and nobody else's content goes.</summary>
public sealed class ContentRedactionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Canary = "canary-91aa";

    [Fact]
    public async Task Content_and_addresses_go_after_their_time_and_the_rest_stays()
    {
        var (tenant, other) = (await TenantAsync("""{"retentionDays":{"email":30}}"""), await TenantAsync("{}"));
        var (old, young, others) = (await PlantAsync(tenant, 31), await PlantAsync(tenant, 29), await PlantAsync(other, 300));

        await RunAsync();

        (await StateAsync(tenant, old)).ShouldBe("""redacted {"userId":"u-1"} data=false deliveries=0 attempts=0 timeline=0 receipts=0 sandbox=0 webhooks=0""");
        (await StateAsync(tenant, young)).ShouldBe("""kept data=true deliveries=1 attempts=1 timeline=1 receipts=1 sandbox=1 webhooks=1""");
        (await StateAsync(other, others)).ShouldStartWith("kept");
        (await database.ScalarAsync<string>($"select status || ' ' || failure_code from deliveries where tenant_id = '{tenant}' and id = '{DeliveryOf(old, 1)}'")).ShouldBe("73 code");
        (await database.ScalarAsync<string>($"select user_id || ' ' || reference from notifications where tenant_id = '{tenant}' and id = '{old}'")).ShouldBe("u-1 r");
    }

    [Fact]
    public async Task A_notification_on_two_channels_keeps_its_content_until_the_time_of_both_is_over()
    {
        var tenant = await TenantAsync("""{"retentionDays":{"email":10,"sms":20}}""");
        var (first, second, onlyEmail, push) = (await PlantAsync(tenant, 15, 1, 2), await PlantAsync(tenant, 25, 1, 2), await PlantAsync(tenant, 15, 1), await PlantAsync(tenant, 300, 1, 3));

        await RunAsync();

        (await IsRedactedAsync(first), await IsRedactedAsync(second), await IsRedactedAsync(onlyEmail), await IsRedactedAsync(push)).ShouldBe((false, true, true, false));

        // A time that is set later, or shortened, counts for what was passed by.
        await SetAsync(tenant, """{"retentionDays":{"email":10,"sms":12,"push":100}}""");
        await RunAsync();
        (await IsRedactedAsync(first), await IsRedactedAsync(push)).ShouldBe((true, true));
    }

    [Fact]
    public async Task What_still_waits_keeps_its_content_until_it_has_ended()
    {
        var tenant = await TenantAsync("""{"retentionDays":{"email":1}}""");
        var waits = await PlantAsync(tenant, 5);
        await database.ExecuteAsync($$"""update deliveries set status = {status.queued} where tenant_id = '{{tenant}}'""");
        var ended = await PlantAsync(tenant, 4);
        await RunAsync();
        (await IsRedactedAsync(waits), await IsRedactedAsync(ended)).ShouldBe((false, true));

        await database.ExecuteAsync($$"""update deliveries set status = {status.failed} where tenant_id = '{{tenant}}' and id = '{{DeliveryOf(waits, 1)}}'""");
        await database.ExecuteAsync($"update retention_left set looked_at = now() - interval '1 hour' where tenant_id = '{tenant}'");
        await RunAsync();

        (await IsRedactedAsync(waits)).ShouldBeTrue();
        (await database.ScalarAsync<long>($"select count(*) from retention_left where tenant_id = '{tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task However_many_there_are_all_of_them_are_reached_and_a_second_run_finds_nothing()
    {
        var tenant = await TenantAsync("""{"retentionDays":{"email":1}}""");
        await database.ExecuteAsync($$"""
            insert into notifications (tenant_id, id, live, priority, recipient, content, created_at)
            select '{{tenant}}', overlay(overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now() - interval '3 days')::text, 1, 15) from 1 for 15) placing '0' from 36)::uuid,
                true, 2, '{"email":"a@b.c"}', '{}', now() - interval '3 days' from generate_series(1, 1700)
            """);

        await RunAsync();

        (await database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant}' and content_redacted_at is null")).ShouldBe(0);
        var mark = await database.ScalarAsync<Guid>($"select reached from retention_marks where tenant_id = '{tenant}'");
        await RunAsync();
        (await database.ScalarAsync<Guid>($"select reached from retention_marks where tenant_id = '{tenant}'")).ShouldBe(mark);
    }

    private async Task RunAsync()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        await worker.Services.GetServices<IHostedService>().OfType<ContentRedaction>().Single().RunAsync(CancellationToken.None);
    }

    private async Task<TenantId> TenantAsync(string settings)
    {
        var tenant = await database.NewTenantAsync();
        await SetAsync(tenant, settings);
        return tenant;
    }

    private Task<int> SetAsync(TenantId tenant, string settings) => database.ExecuteAsync(
        $"insert into tenant_settings as s (tenant_id, settings, revision, changed_at) values ('{tenant}', '{settings}', 1, now()) on conflict (tenant_id) do update set settings = excluded.settings, revision = s.revision + 1, changed_at = now()");

    /// <summary>One with everything that is written about it, each with the word.</summary>
    private async Task<Guid> PlantAsync(TenantId tenant, int daysAgo, params int[] channels)
    {
        if (channels.Length == 0)
            channels = [1];
        var id = await database.ScalarAsync<Guid>(
            $"select overlay(overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now() - interval '{daysAgo} days')::text, 1, 15) from 1 for 15) placing '0' from 36)::uuid");
        var when = $"now() - interval '{daysAgo} days'";
        await database.ExecuteAsync($$"""
            insert into notifications (tenant_id, id, live, priority, recipient, data, content, metadata, reference, created_at)
            values ('{{tenant}}', '{{id}}', true, 2, '{"userId":"u-1","email":"{{Canary}}@example.com"}', '{"a":"{{Canary}}"}', '{"text":"{{Canary}}"}', '{"m":"{{Canary}}"}', 'r', {{when}})
            """);
        foreach (var channel in channels)
        {
            var delivery = DeliveryOf(id, channel);
            await database.ExecuteAsync($$"""
                insert into deliveries (tenant_id, id, channel, priority, status, due_at, failure_kind, failure_code, failure_message) values ('{{tenant}}', '{{delivery}}', {{channel}}, 2, 73, now(), 1, 'code', '{{Canary}}');
                insert into attempts (tenant_id, delivery_id, number, outcome, started_at, message) values ('{{tenant}}', '{{delivery}}', 1, 1, now(), '{{Canary}}');
                insert into timeline (tenant_id, delivery_id, seq, status, at, detail) values ('{{tenant}}', '{{delivery}}', 1, 73, now(), '{"message":"{{Canary}}"}');
                insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, kind, state, occurred_at, received_at, next_try_at, flags, raw, address)
                    values ('{{tenant}}', '{{tenant}}', sha256(uuid_send('{{delivery}}')), gen_random_uuid(), '{{delivery}}', 1, 2, now(), now(), now(), 0, '{{Canary}}', '{{Canary}}');
                insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at)
                    values (gen_random_uuid(), '{{tenant}}', '{{tenant}}', '{{delivery}}', 1, {{channel}}, '{{Canary}}', '{}', 'delivered', now());
                insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, due_at, created_at)
                    values ('{{delivery}}', '{{tenant}}', '{{tenant}}', '{{delivery}}', 'a.b', '{{delivery}}', 1, now(), '{{Canary}}', 2, now(), now());
                """);
        }

        return id;
    }

    private static string DeliveryOf(Guid notification, int channel) => $"{notification.ToString()[..35]}{channel}";

    private Task<bool> IsRedactedAsync(Guid id) => database.ScalarAsync<bool>($"select content_redacted_at is not null from notifications where id = '{id}'");

    private async Task<string> StateAsync(TenantId tenant, Guid id) => await database.ScalarAsync<string>($"""
        select case when n.content_redacted_at is null then 'kept' else 'redacted ' || n.recipient::text end
            || ' data=' || (n.data is not null and n.content is not null and n.metadata is not null)
            || ' deliveries=' || (select count(*) from deliveries d where d.tenant_id = n.tenant_id and d.id = '{DeliveryOf(id, 1)}' and strpos(d::text, '{Canary}') > 0)
            || ' attempts=' || (select count(*) from attempts d where d.tenant_id = n.tenant_id and d.delivery_id = '{DeliveryOf(id, 1)}' and strpos(d::text, '{Canary}') > 0)
            || ' timeline=' || (select count(*) from timeline d where d.tenant_id = n.tenant_id and d.delivery_id = '{DeliveryOf(id, 1)}' and strpos(d::text, '{Canary}') > 0)
            || ' receipts=' || (select count(*) from receipts d where d.tenant_id = n.tenant_id and d.delivery_id = '{DeliveryOf(id, 1)}' and strpos(d::text, '{Canary}') > 0)
            || ' sandbox=' || (select count(*) from sandbox_messages d where d.tenant_id = n.tenant_id and d.delivery_id = '{DeliveryOf(id, 1)}')
            || ' webhooks=' || (select count(*) from webhook_messages d where d.tenant_id = n.tenant_id and d.subject = '{DeliveryOf(id, 1)}')
        from notifications n where n.tenant_id = '{tenant}' and n.id = '{id}'
        """);
}
