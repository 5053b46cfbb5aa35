using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Lists a tenant's notifications, the newest first. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class NotificationList(Database database, LongLists longLists)
{
    private static readonly Column CountedLookedAt = NotificationListSql.ColumnOfCounts("looked_at");
    private static readonly Column CountedHits = NotificationListSql.ColumnOfCounts("hits");

    public async Task<PageResult<NotificationListItem>> ListAsync(TenantId tenant, NotificationFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var result = await ListScan.ReadAsync<NotificationListItem>(
            page, item => item.Id.Value, filter.IsExact, filter.ScanLimit, step => ReadAsync(tenant, filter, step, cancellationToken));
        return page.IsNumbered && result.Total is null && filter.IsOfIndex
            ? result.With(await longLists.TotalAsync(tenant, filter, token => CountAsync(tenant, filter, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<NotificationListItem>> ReadAsync(TenantId tenant, NotificationFilter filter, ListStep step, CancellationToken cancellationToken)
    {
        var rows = new Rows();
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant,
            NotificationListSql.List(filter).With([
                .. Bounds(tenant, filter, step.After, step.Rows),
                Parameter.OrNull("category", filter.Category),
                Parameter.OrNull("priority", (short?)filter.Priority),
                Parameter.OrNull("user_id", filter.UserId),
                Parameter.Of("offset", step.Offset),
                Parameter.Of("take", step.Take),
                Parameter.OrNull("batch", filter.Batch)]));
        await batch.CommitAsync(rows.Add, cancellationToken);
        return filter.IsExact
            ? ListStepResult.OfExact(step, rows.Items)
            : new ListStepResult<NotificationListItem>(rows.Items, (int)rows.Hits, (int)rows.LookedAt, rows.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, NotificationFilter filter, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant,
            NotificationListSql.Count(filter).With([.. Bounds(tenant, filter, null, PageRequest.Reach + 1), Parameter.OrNull("user_id", filter.UserId), Parameter.OrNull("batch", filter.Batch)]));
        await batch.CommitAsync(row => total = ListTotal.Of(looked: row.GetInt64(CountedLookedAt), matching: row.GetInt64(CountedHits)), cancellationToken);
        return total;
    }

    private static Parameter[] Bounds(TenantId tenant, NotificationFilter filter, Guid? after, int max)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            Parameter.Of("tenant", tenant.Value),
            Parameter.Of("from_id", range.From),
            Parameter.Of("before_id", range.Before),
            Parameter.Of("max_rows", max),
            Parameter.Modes("modes", filter.Live),
            Parameter.OrNull("reference", filter.Reference),
            Parameter.OrNull("status", (short?)filter.Status),
            Parameter.OrNull("channel", (short?)filter.Channel),
            Parameter.OrNull("template", filter.TemplateKey),
        ];
    }

    private sealed class Rows
    {
        private readonly List<NotificationListItem> items = [];
        private readonly List<ListedDelivery> deliveries = [];

        public long Hits { get; private set; }

        public long LookedAt { get; private set; }

        public Guid? Last { get; private set; }

        public IReadOnlyList<NotificationListItem> Items
        {
            get
            {
                Close();
                return items;
            }
        }

        public void Add(NpgsqlDataReader row)
        {
            if (!row.IsDBNull(Columns.Hits))
                (Hits, LookedAt, Last) = (row.GetInt64(Columns.Hits), row.GetInt64(Columns.LookedAt), row.GetOrNull<Guid>(Columns.LastLookedAt));
            if (row.IsDBNull(Columns.Id))
                return;
            if (items.Count == 0 || items[^1].Id.Value != row.GetGuid(Columns.Id))
            {
                Close();
                items.Add(Read(row));
            }

            if (!row.IsDBNull(Columns.DeliveryId))
                deliveries.Add(ReadDelivery(row));
        }

        private void Close()
        {
            if (deliveries.Count == 0)
                return;
            items[^1] = items[^1] with { Deliveries = [.. deliveries] };
            deliveries.Clear();
        }

        private static NotificationListItem Read(NpgsqlDataReader row) => new(
            new NotificationId(row.GetGuid(Columns.Id)),
            row.GetBoolean(Columns.Live),
            row.IsDBNull(Columns.TemplateVersion) ? null : new PinnedTemplate(row.GetStringOrNull(Columns.Template) ?? "", row.GetInt32(Columns.TemplateVersion)),
            row.GetStringOrNull(Columns.Category),
            row.GetStringOrNull(Columns.Reference),
            (Priority)row.GetInt16(Columns.Priority),
            row.GetString(Columns.Recipient),
            row.GetOrNull<DateTimeOffset>(Columns.SendAt),
            row.GetOrNull<DateTimeOffset>(Columns.ExpiresAt),
            row.GetTime(Columns.CreatedAt),
            []);

        private static ListedDelivery ReadDelivery(NpgsqlDataReader row) => new(
            new DeliveryId(row.GetGuid(Columns.DeliveryId)),
            (DeliveryStatus)row.GetInt16(Columns.Status),
            row.GetTime(Columns.DueAt),
            NotificationRows.Provider(row, Columns.ProviderId, Columns.Provider),
            NotificationRows.FailureAt(row, Columns.FailureKind, Columns.FailureCode, Columns.FailureMessage));
    }

    private static class Columns
    {
        public static readonly Column
            Hits = Of("hits"), LookedAt = Of("looked_at"), LastLookedAt = Of("last_looked_at"), Id = Of("id"), Live = Of("live"), Template = Of("template"),
            TemplateVersion = Of("template_version"), Category = Of("category"), Reference = Of("reference"), Priority = Of("priority"),
            Recipient = Of("recipient"), SendAt = Of("send_at"), ExpiresAt = Of("expires_at"), CreatedAt = Of("created_at"), DeliveryId = Of("delivery_id"),
            Status = Of("status"), DueAt = Of("due_at"), ProviderId = Of("provider_id"), Provider = Of("provider"), FailureKind = Of("failure_kind"),
            FailureCode = Of("failure_code"), FailureMessage = Of("failure_message");

        private static Column Of(string name) => NotificationListSql.ColumnOfLists(name);
    }
}
