using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using NotificationService.Events;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Realtime;

/// <summary>
/// What happens to a tenant's batches, files, providers, endpoints and quotas, for its administrators who are connected: the relay leaves it among what is published. While
/// none of them is connected nothing is loaded or written for it.
/// </summary>
internal sealed class AdminEvents(LiveSignals signals, Ids ids, TimeProvider time) : IEventSink
{
    /// <summary>For so long it is known who watches: under load the relay runs a hundred times a second.</summary>
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(1);

    private static readonly Statement Watched = Statement.Load("presence_watched");
    private static readonly Column WatchedTenant = Watched.Column("tenant_id");
    private static readonly Statement Publish = Statement.Load("realtime_events_publish_to_admins");

    /// <summary>To whom something was appended since the last commit, by any run: a run's tenants, 500 at most.</summary>
    private readonly ConcurrentQueue<TenantId> appended = new();

    /// <summary>Of which tenants it is known, and who of them watches. The relay's runs are one after the other.</summary>
    private readonly Dictionary<TenantId, bool> known = [];
    private long knownAt;

    public async Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(knownAt) >= Known)
        {
            known.Clear();
            knownAt = time.GetTimestamp();
        }

        TenantId[] asked = [.. tenants.Where(tenant => !known.ContainsKey(tenant))];
        if (asked.Length > 0)
            await AskAsync(connection, asked, cancellationToken);
        return new Admins(this, [.. tenants.Where(tenant => known[tenant])]);
    }

    private async Task AskAsync(NpgsqlConnection connection, TenantId[] tenants, CancellationToken cancellationToken)
    {
        await using var command = Watched.With(Parameter.Of("tenants", Array.ConvertAll(tenants, tenant => tenant.Value))).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var watched = new HashSet<TenantId>();
        while (await reader.ReadAsync(cancellationToken))
            watched.Add(new TenantId(reader.GetGuid(WatchedTenant)));
        foreach (var tenant in tenants)
            known[tenant] = watched.Contains(tenant);
    }

    public void Committed()
    {
        while (appended.TryDequeue(out var tenant))
            signals.Changed(tenant, userId: null);
    }

    private sealed class Admins(AdminEvents sink, HashSet<TenantId> watched) : EventAudience
    {
        public override bool Includes(TenantId tenant) => watched.Contains(tenant);

        public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
        {
            // What one webhook endpoint asked for once more is published to nobody else, and deliveries are too many for a page.
            NoticeEvent[] published = [.. events.OfType<NoticeEvent>().Where(one => one.Target is null && watched.Contains(one.Tenant))];
            if (published.Length == 0)
                return;
            batch.Add(Publish.With(
                Parameter.Of("tenants", Array.ConvertAll(published, one => one.Tenant.Value)),
                Parameter.Of("ids", Array.ConvertAll(published, _ => sink.NextId())),
                Parameter.Of("types", Array.ConvertAll(published, one => one.Type)),
                Parameter.Of("data", Array.ConvertAll(published, Write))));
            foreach (var tenant in published.Select(one => one.Tenant).Distinct())
                sink.appended.Enqueue(tenant);
        }

        private static string Write(NoticeEvent published)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
                EventJson.WriteData(json, published, full: true);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    private Guid NextId() => ids.Next();
}
