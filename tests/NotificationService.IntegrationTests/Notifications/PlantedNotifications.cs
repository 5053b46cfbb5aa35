using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Many notifications of one tenant, each with one delivery, of many statuses, channels, templates, categories, priorities, people and both modes.</summary>
internal static class PlantedNotifications
{
    public const string Template = "template-3";

    /// <summary>Ids are UUIDv7, a millisecond for each notification.</summary>
    private const string Plant =
        """
        with t as (
            insert into templates (tenant_id, id, key, name, created_at, updated_at)
            select $1, gen_random_uuid(), 'template-' || i, 'T', now(), now() from generate_series(0, 6) i returning id, right(key, 1)::int as i),
        ids as materialized (
            select i, (left(notification_meta.uuid_floor($3 + i * interval '1 ms')::text, 13) || '-7000-8' || substr(md5($1::text), 1, 3) || '-'
                || substr(md5($1::text || i), 1, 11) || '0')::uuid as id, hashint4(i) & 1023 as dice
            from generate_series(1, $2) i),
        n as (
            insert into notifications (tenant_id, id, live, template_id, template_version, priority, category, recipient, reference, created_at)
            select $1, ids.id, dice % 40 <> 7, t.id, 1, 1 + dice % 4, 'c-' || dice % 5, json_build_object('userId', 'u-' || ids.i % 50), 'r-' || ids.i / 3, $3
            from ids join t on t.i = dice % 7)
        insert into deliveries (tenant_id, id, channel, priority, status, due_at, failure_kind, failure_code, live)
        select $1, overlay(id::text placing (1 + dice % 3)::text from 36)::uuid, 1 + dice % 3, 1 + dice % 4,
            case when dice % 25 = 3 then 73 when dice % 11 = 2 then 50 when dice % 17 = 1 then 72 else 40 end, now(),
            case when dice % 25 = 3 then 1 + dice % 3 end, case when dice % 25 = 3 then 'code-' || dice % 4 end, dice % 40 <> 7
        from ids
        """;

    public static async Task PlantAsync(TestDatabase database, TenantId tenant, int count, DateTimeOffset from) => await database.ExecuteAsync(
        Plant,
        new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<int> { TypedValue = count },
        new NpgsqlParameter<DateTimeOffset> { TypedValue = from.ToUniversalTime() });
}
