using System.Text;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Realtime;

/// <summary>What tenants published, in PostgreSQL: the sequence of a tenant becomes visible in its order.</summary>
public sealed class RealtimeStore(Database database, LiveSignals signals)
{
    private static readonly Statement Publish = Statement.Load("realtime_events_publish");
    private static readonly Column PublishedSequence = Publish.Column("sequence");
    private static readonly Statement Since = Statement.Load("realtime_events_since");
    private static readonly Column LastSequence = Since.Column("last_sequence"), ForgotSequence = Since.Column("forgot_sequence"), Sequence = Since.Column("sequence"), Id = Since.Column("id"),
        Type = Since.Column("type"), AudienceOf = Since.Column("audience"), Data = Since.Column("data");

    /// <summary>Publishes in a transaction of its own.</summary>
    public async Task PublishAsync(TenantId tenant, IReadOnlyList<RealtimeEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, ToPublish(tenant, events));
        await batch.CommitAsync(row => row.GetInt64(PublishedSequence), cancellationToken);
        Announce(tenant);
    }

    /// <summary>Publishes in a transaction that is somebody else's to commit, who then announces it.</summary>
    public static async Task PublishAsync(NpgsqlConnection connection, TenantId tenant, IReadOnlyList<RealtimeEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, ToPublish(tenant, events));
        await batch.RunAsync(null, cancellationToken);
    }

    /// <summary>After the commit.</summary>
    public void Announce(TenantId tenant) => signals.Changed(tenant, userId: null);

    public async Task<RealtimePage> SinceAsync(TenantId tenant, long since, int max, CancellationToken cancellationToken)
    {
        var (events, last, forgot) = (new List<RealtimeEvent>(), 0L, 0L);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Since.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("since", since), Parameter.Of("max", max)));
        await batch.CommitAsync(
            row =>
            {
                (last, forgot) = (row.GetInt64(LastSequence), row.GetInt64(ForgotSequence));
                if (!row.IsDBNull(Sequence))
                    events.Add(new RealtimeEvent(row.GetInt64(Sequence), row.GetGuid(Id), row.GetString(Type), Audience.Read(row.GetFieldValue<byte[]>(AudienceOf)), row.GetFieldValue<byte[]>(Data)));
            },
            cancellationToken);
        return new RealtimePage(events, last, forgot);
    }

    private static BoundStatement ToPublish(TenantId tenant, IReadOnlyList<RealtimeEvent> events) => Publish.With(
        Parameter.Of("tenant", tenant.Value),
        Parameter.Of("count", events.Count),
        Parameter.Of<Guid[]>("ids", [.. events.Select(published => published.Id)]),
        Parameter.Of<string[]>("types", [.. events.Select(published => published.Type)]),
        Parameter.Of<string[]>("audiences", [.. events.Select(published => published.Audience.ToJson())]),
        Parameter.Of<string[]>("data", [.. events.Select(published => Encoding.UTF8.GetString(published.Data))]));
}
