using NotificationService.Credentials;
using NotificationService.Tenants;
using NotificationService.Webhooks;
using Npgsql;

namespace NotificationService.Testing.Webhooks;

/// <summary>Plants webhook endpoints as the admin API leaves them.</summary>
public sealed class PlantedEndpoints(TestDatabase database, CredentialVault vault)
{
    /// <param name="tenant">Whose.</param>
    /// <param name="url">Where.</param>
    /// <param name="secret">What it signs with.</param>
    /// <param name="full">The payload.</param>
    /// <param name="filters">Further columns as SQL: <c>channels = '{1}'</c>.</param>
    /// <param name="events">Types and families.</param>
    public async Task<Guid> PlantAsync(TenantId tenant, Uri url, WebhookSecret? secret = null, bool full = true, string? filters = null, params string[] events)
    {
        var id = database.Ids.Next();
        await database.ExecuteAsync(
            $$"""
            insert into webhook_endpoints (tenant_id, id, url, events, payload, headers, enabled, revision, created_at, updated_at)
            values ('{{tenant}}', '{{id}}', $1, $2, {{(full ? 1 : 2)}}, '{}', true, 1, now(), now())
            """,
            new NpgsqlParameter<string> { TypedValue = url.ToString() }, new NpgsqlParameter<string[]> { TypedValue = events.Length == 0 ? ["*"] : events });
        if (filters is not null)
            await database.ExecuteAsync($"update webhook_endpoints set {filters} where id = '{id}'");
        var plain = (secret ?? WebhookSecret.New()).Reveal();
        await database.ExecuteAsync(
            $"insert into webhook_secrets (tenant_id, endpoint_id, field, key_id, sealed, created_at) values ('{tenant}', '{id}', 'secret:1', $1, $2, now())",
            new NpgsqlParameter<string> { TypedValue = vault.CurrentKeyId }, new NpgsqlParameter<byte[]> { TypedValue = vault.Seal(plain, new CredentialAddress(tenant, id, "secret:1")) });
        return id;
    }

    /// <summary>Messages for an endpoint as the relay leaves them, each of a subject of its own, due since a while.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="endpoint">For whom.</param>
    /// <param name="count">How many.</param>
    /// <param name="state">1 pending, 2 delivered, 3 failed, 4 dropped.</param>
    /// <param name="madeAt">When, as SQL.</param>
    /// <param name="dueAt">Due when, as SQL.</param>
    public Task<int> MessagesAsync(TenantId tenant, Guid endpoint, int count, int state = 1, string madeAt = "now()", string dueAt = "now() - interval '1 s'") => database.ExecuteAsync(
        $$$"""
        insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, attempts, due_at, created_at, ended_at)
        select overlay(notification_meta.uuid_floor({{{madeAt}}})::text placing substr(r::text, 15) from 15)::uuid, '{{{tenant}}}', '{{{endpoint}}}', 'evt_' || r, 'delivery.sent', r, 1, {{{madeAt}}},
            '{"type":"delivery.sent","data":{"sequence":1,"n":' || i || '}}', {{{state}}}, {{{(state == 1 ? 0 : 1)}}}, {{{dueAt}}}, {{{madeAt}}}, {{{(state == 1 ? "null" : madeAt)}}}
        from (select i, gen_random_uuid() as r from generate_series(1, {{{count}}}) i) x
        """);
}
