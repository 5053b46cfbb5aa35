using Npgsql;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>Lists a tenant's notifications, the newest first. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class NotificationList(Database database, LongLists longLists)
{
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
            tenant, NotificationListSql.List(filter),
            [
                .. Bounds(tenant, filter, step.After, step.Rows),
                Parameter.Text(filter.Category),
                Parameter.Small((short?)filter.Priority),
                Parameter.Text(filter.UserId),
                Parameter.Number(step.Offset),
                Parameter.Number(step.Take),
                Parameter.IdOrNull(filter.Batch),
            ]);
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
            tenant, NotificationListSql.Count(filter),
            [.. Bounds(tenant, filter, null, PageRequest.Reach + 1), Parameter.Text(filter.UserId), Parameter.IdOrNull(filter.Batch)]);
        await batch.CommitAsync(row => total = ListTotal.Of(looked: row.GetInt64(0), matching: row.GetInt64(1)), cancellationToken);
        return total;
    }

    private static NpgsqlParameter[] Bounds(TenantId tenant, NotificationFilter filter, Guid? after, int max)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            Parameter.Id(tenant.Value),
            Parameter.Id(range.From),
            Parameter.Id(range.Before),
            Parameter.Number(max),
            Parameter.Modes(filter.Live),
            Parameter.Text(filter.Reference),
            Parameter.Small((short?)filter.Status),
            Parameter.Small((short?)filter.Channel),
            Parameter.Text(filter.TemplateKey),
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
            if (!row.IsDBNull(0))
                (Hits, LookedAt, Last) = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
            if (row.IsDBNull(3))
                return;
            if (items.Count == 0 || items[^1].Id.Value != row.GetGuid(3))
            {
                Close();
                items.Add(Read(row));
            }

            if (!row.IsDBNull(14))
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
            new NotificationId(row.GetGuid(3)),
            row.GetBoolean(4),
            row.IsDBNull(6) ? null : new PinnedTemplate(NotificationRows.Text(row, 5) ?? "", row.GetInt32(6)),
            NotificationRows.Text(row, 7),
            NotificationRows.Text(row, 8),
            (Priority)row.GetInt16(9),
            row.GetString(10),
            NotificationRows.Time(row, 11),
            NotificationRows.Time(row, 12),
            row.GetFieldValue<DateTimeOffset>(13),
            []);

        private static ListedDelivery ReadDelivery(NpgsqlDataReader row) => new(
            new DeliveryId(row.GetGuid(14)),
            (DeliveryStatus)row.GetInt16(15),
            row.GetFieldValue<DateTimeOffset>(16),
            NotificationRows.Provider(row, 17),
            NotificationRows.FailureAt(row, 19));
    }
}
