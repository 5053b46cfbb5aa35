using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Testing.Deliveries;

/// <summary>Plants deliveries that a provider was given, as the worker leaves them.</summary>
public sealed class SentDeliveries(TestDatabase database)
{
    private readonly AcceptedNotifications accepted = new(database);

    /// <summary>A provider's row and nothing behind it.</summary>
    public async Task<Guid> ProviderAsync(TenantId tenant, ChannelKind channel = ChannelKind.Email, string type = "sandbox")
    {
        var id = database.Ids.Next();
        await database.ExecuteAsync(
            $"""
            insert into providers (id, tenant_id, channel, type, name, priority, weight, enabled, settings, revision, created_at, updated_at)
            values ('{id}', '{tenant}', {(short)channel}, '{type}', 'P {id}', 10, 100, true, '{"{}"}', 1, now(), now())
            """);
        return id;
    }

    /// <summary>Sent, the provider's ids being <c>m-…</c> with the delivery's id behind it.</summary>
    public async Task<IReadOnlyList<DeliveryId>> SentAsync(TenantId tenant, Guid provider, int count = 1, ChannelKind channel = ChannelKind.Email, bool live = true)
    {
        var ids = await accepted.PlantAsync(tenant, count, channel, live: live);
        await CalledAsync(ids, provider, outcome: 1);
        await StepAsync(ids, 40);
        await database.ExecuteAsync(
            "update deliveries set provider_message_id = 'm-' || id where id = any ($1)", new NpgsqlParameter<Guid[]> { TypedValue = [.. ids.Select(id => id.Value)] });
        return ids;
    }

    /// <summary>May have gone out; waits a minute for a receipt before it is sent once more, or has failed because nobody knows.</summary>
    public async Task<DeliveryId> AmbiguousAsync(TenantId tenant, Guid? provider, bool failed = false, ChannelKind channel = ChannelKind.Email)
    {
        var ids = await accepted.PlantAsync(tenant, 1, channel);
        await CalledAsync(ids, provider, outcome: 4);
        await StepAsync(ids, failed ? 73 : 20);
        await database.ExecuteAsync(
            $"update deliveries set ambiguous = true, due_at = now() + interval '60 s', failure_kind = {(failed ? "3" : "null")}, failure_code = {(failed ? "'timeout'" : "null")} where id = '{ids[0]}'");
        return ids[0];
    }

    /// <summary>Under a live lease of nobody here, in the middle of the call.</summary>
    public async Task<DeliveryId> SendingAsync(TenantId tenant, bool live = true)
    {
        var ids = await accepted.PlantAsync(tenant, 1, live: live);
        await database.ExecuteAsync(
            $"update deliveries set status = {{status.sending}}, claims = 1, attempts = 1, lease_until = now() + interval '30 s', call_started_at = now() where id = '{ids[0]}'");
        return ids[0];
    }

    /// <summary>Ends what <see cref="SendingAsync"/> began: the provider had accepted.</summary>
    public async Task EndCallAsync(DeliveryId delivery, Guid provider)
    {
        await database.ExecuteAsync($"update deliveries set status = {{status.queued}}, lease_until = null, call_started_at = null, attempts = 0 where id = '{delivery}'");
        await CalledAsync([delivery], provider, outcome: 1);
        await StepAsync([delivery], 40);
    }

    public Task<short> StatusAsync(DeliveryId delivery) => database.ScalarAsync<short>($"select status from deliveries where id = '{delivery}'");

    private async Task CalledAsync(IReadOnlyList<DeliveryId> deliveries, Guid? provider, int outcome)
    {
        await database.ExecuteAsync(
            """
            insert into attempts (tenant_id, delivery_id, number, provider_id, outcome, started_at, finished_at, provider_message_id)
            select tenant_id, id, attempts + 1, $2, $3, now(), now(), case when $3 = 1 then 'm-' || id end from deliveries where id = any ($1)
            """,
            new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => id.Value)] },
            new NpgsqlParameter { Value = provider ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
            new NpgsqlParameter<short> { TypedValue = (short)outcome });
        await database.ExecuteAsync(
            "update deliveries set attempts = attempts + 1, provider_id = $2 where id = any ($1)",
            new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => id.Value)] },
            new NpgsqlParameter { Value = provider ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        await StepAsync(deliveries, 30);
    }

    private Task<int> StepAsync(IReadOnlyList<DeliveryId> deliveries, int status) => database.ExecuteAsync(
        """
        with d as (update deliveries set status = $2, timeline_seq = timeline_seq + 1 where id = any ($1) returning *)
        insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, $2, clock_timestamp() from d
        """,
        new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => id.Value)] },
        new NpgsqlParameter<short> { TypedValue = (short)status });
}
