using Npgsql;
using NpgsqlTypes;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>Lists a tenant's notifications, the newest first. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class NotificationList(Database database)
{
    private static readonly string List = SqlText.Statement("notifications_list");

    public async Task<ListPart<NotificationListItem>> ListAsync(TenantId tenant, NotificationFilter filter, ListSlice slice, CancellationToken cancellationToken)
    {
        // Where the index alone answers and nobody counts, a page is all that need be looked at.
        var window = slice.Counted || filter.HasMore ? ListSlice.Window : slice.Limit + 1;
        var range = IdRange.Of(filter.Since, filter.Until).Until(slice.After);
        var rows = new Rows();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant, List,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = range.From },
            new NpgsqlParameter<Guid> { TypedValue = range.Before },
            new NpgsqlParameter<int> { TypedValue = window },
            new NpgsqlParameter<int> { TypedValue = filter.Driver },
            new NpgsqlParameter<bool> { TypedValue = filter.HasMore },
            Text(filter.Reference),
            Small((short?)filter.Status),
            Small((short?)filter.Channel),
            Text(filter.TemplateKey),
            Text(filter.Category),
            Small((short?)filter.Priority),
            Text(filter.UserId),
            new NpgsqlParameter<int> { TypedValue = slice.Offset },
            new NpgsqlParameter<int> { TypedValue = slice.Limit + 1 },
            new NpgsqlParameter<Guid?> { TypedValue = filter.Batch, NpgsqlDbType = NpgsqlDbType.Uuid });
        await batch.CommitAsync(rows.Add, cancellationToken);
        // Of ended deliveries several may have been one notification's.
        var exhausted = filter.Driver == NotificationFilter.EndedBadly ? window / ChannelKinds.All.Count : window;
        return ListPart<NotificationListItem>.Of(rows.Items, item => item.Id.Value, slice, rows.Hits, rows.Candidates, rows.Last, exhausted);
    }

    internal static NpgsqlParameter Text(string? text) => new() { Value = text ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    internal static NpgsqlParameter Small(short? number) => new() { Value = number ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint };

    private sealed class Rows
    {
        private readonly List<NotificationListItem> items = [];
        private readonly List<ListedDelivery> deliveries = [];

        public long Hits { get; private set; }

        public long Candidates { get; private set; }

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
            (Hits, Candidates, Last) = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
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
