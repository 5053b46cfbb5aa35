using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Testing.Deliveries;

/// <summary>Plants accepted notifications with inline content, a delivery each, as the intake stores them.</summary>
public sealed class AcceptedNotifications(TestDatabase database)
{
    /// <summary>As many as asked, in one statement; answers the deliveries' ids in order.</summary>
    public async Task<IReadOnlyList<DeliveryId>> PlantAsync(
        TenantId tenant, int count, ChannelKind channel = ChannelKind.Email, Priority priority = Priority.Normal,
        TimeSpan dueIn = default, TimeSpan? expiresIn = null, bool live = true, string email = "ann@example.com")
    {
        var ids = Enumerable.Range(0, count).Select(_ => NotificationId.From(database.Ids.Next())).ToArray();
        await database.ExecuteAsync(
            """
            with n as (
                insert into notifications (tenant_id, id, live, priority, recipient, content, send_at, expires_at, created_at)
                select $1, id, $4, $5, json_build_object('userId', 'u-' || id, 'email', $9::text, 'phone', '+14155550100'),
                    '{"subject":"Hello","text":"Hello Ann","body":"Hello Ann","title":"Hello"}', case when $6 > interval '0' then now() + $6 end, now() + $7, now()
                from unnest($2::uuid[]) id),
            d as (
                insert into deliveries (tenant_id, id, channel, priority, status, due_at, expires_at, live)
                select $1, id, $8, $5, case when $6 > interval '0' then {status.scheduled} else {status.queued} end, now() + $6, now() + $7, $4 from unnest($3::uuid[]) id)
            insert into timeline (tenant_id, delivery_id, seq, status, at)
            select $1, id, 1, case when $6 > interval '0' then {status.scheduled} else {status.queued} end, now() from unnest($3::uuid[]) id
            """,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ids, id => id.Value) },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ids, id => id.Delivery(channel).Value) },
            new NpgsqlParameter<bool> { TypedValue = live },
            new NpgsqlParameter<short> { TypedValue = (short)priority },
            new NpgsqlParameter<TimeSpan> { TypedValue = dueIn },
            new NpgsqlParameter { Value = expiresIn ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval },
            new NpgsqlParameter<short> { TypedValue = (short)channel },
            new NpgsqlParameter<string> { TypedValue = email });
        return Array.ConvertAll(ids, id => id.Delivery(channel));
    }

    /// <summary>How many of the tenant's deliveries have each status, by name.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(TenantId tenant) =>
        (await database.QueryAsync<short>("select status from deliveries where tenant_id = $1", new NpgsqlParameter<Guid> { TypedValue = tenant.Value }))
        .GroupBy(status => ((DeliveryStatus)status).ToName()).ToDictionary(group => group.Key, group => group.Count());

    public Task UntilAsync(TenantId tenant, string status, int count, TimeSpan? within = null)
    {
        IReadOnlyDictionary<string, int> last = new Dictionary<string, int>();
        return Eventually.TrueAsync(
            async () => (last = await CountAsync(tenant)).GetValueOrDefault(status) == count,
            within ?? TimeSpan.FromSeconds(90),
            () => $"expected {count} {status}, there are {string.Join(", ", last.Select(pair => $"{pair.Value} {pair.Key}"))}");
    }

    /// <summary>One delivery's timeline, the statuses' names in order.</summary>
    public async Task<IReadOnlyList<string>> TimelineAsync(DeliveryId delivery) =>
    [
        .. (await database.QueryAsync<short>("select status from timeline where delivery_id = $1 order by seq", new NpgsqlParameter<Guid> { TypedValue = delivery.Value }))
            .Select(status => ((DeliveryStatus)status).ToName()),
    ];
}
