using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Asks for everything that is about something to be cancelled, and shows what became of it. <see cref="FilteredCanceller"/> does it.</summary>
public sealed class FilteredCancels(Database database, AuditLog audit, Ids ids, TimeProvider time)
{
    /// <summary>That go on at once, of one tenant: each looks through all that waits.</summary>
    public const int MaxOpen = 10;

    private static readonly Statement Begin = Statement.Load("notification_cancels_begin");
    private static readonly Column BegunId = Begin.Column("begun_id");
    private static readonly Statement Find = Statement.Load("notification_cancels_find");

    /// <summary>In a transaction that is somebody else's. Null: as many of the tenant go on as may.</summary>
    public async Task<Guid?> BeginAsync(NpgsqlConnection connection, Caller by, bool live, CancelFilter filter, CancellationToken cancellationToken)
    {
        Guid? begun = null;
        await using (var batch = TenantBatch.Within(connection))
        {
            batch.Add(
                by.Tenant,
                Begin.With([
                    Parameter.Of("tenant", by.Tenant.Value), Parameter.Of("id", ids.Next()), Parameter.Of("live", live), Parameter.OrNull("topic", filter.Topic),
                    Parameter.OrNull("topic_from", filter.Below?.From), Parameter.OrNull("topic_before", filter.Below?.Before), Parameter.OrNull("category", filter.Category),
                    Parameter.OrNull("reference", filter.Reference), Parameter.OrNull("template", filter.Template), Parameter.Of("max_open", MaxOpen), Parameter.Of("now", time.GetUtcNow())]));
            await batch.RunAsync((row, _) => begun = row.GetGuid(BegunId), cancellationToken);
        }

        if (begun is null)
            return null;
        await using var recording = TenantBatch.Within(connection);
        // A reference is the caller's own, and may name somebody.
        recording.Add(by.Tenant, audit.ToInsert(
            by, "notifications.cancel_requested", $"cancel/{begun}", before: null,
            new AuditFields().Text("topic", filter.Topic).Text("category", filter.Category).Secret("reference", filter.Reference).Text("template", filter.Template).Flag("live", live)));
        await recording.RunAsync(null, cancellationToken);
        return begun;
    }

    /// <summary>Null: the tenant has none of that id and mode.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="live">The one mode that the caller sees; null for both.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<FilteredCancel?> FindAsync(TenantId tenant, bool? live, Guid id, CancellationToken cancellationToken)
    {
        FilteredCancel? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.CommitAsync(
            row => found = new FilteredCancel(
                id, row.GetBoolean(Columns.Live),
                new CancelFilter(row.GetStringOrNull(Columns.Topic), Below: null, row.GetStringOrNull(Columns.Category), row.GetStringOrNull(Columns.Reference), row.GetStringOrNull(Columns.Template)),
                row.GetInt64(Columns.LookedAt), row.GetInt64(Columns.Cancelled), row.GetTime(Columns.CreatedAt), row.GetOrNull<DateTimeOffset>(Columns.EndedAt)),
            cancellationToken);
        return found is null || (live is { } only && only != found.Live) ? null : found;
    }

    private static class Columns
    {
        public static readonly Column
            Live = Find.Column("live"), Topic = Find.Column("topic"), Category = Find.Column("category"), Reference = Find.Column("reference"), Template = Find.Column("template"),
            LookedAt = Find.Column("looked_at"), Cancelled = Find.Column("cancelled"), CreatedAt = Find.Column("created_at"), EndedAt = Find.Column("ended_at");
    }
}
