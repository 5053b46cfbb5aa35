using System.Buffers.Binary;
using NotificationService.Storage;

namespace NotificationService.Inbox;

/// <summary>Lists a user's items, those that arrived last first. A place in the list is an item's arrival, a number that only grows for its user.</summary>
public sealed class InboxQueries(Database database, LongLists longLists)
{
    private static readonly StatusList Current = new("current");
    private static readonly StatusList Unread = new("unread");
    private static readonly StatusList Read = new("read");
    private static readonly StatusList Archived = new("archived");
    private static readonly StatusList Snoozed = new("snoozed");

    private readonly ListStatements statements = new(database);

    public async Task<PageResult<InboxItem>> ListAsync(InboxUserId user, InboxFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var list = Of(filter.Status);
        var places = new Dictionary<Guid, long>();
        var result = await ListScan.ReadAsync<InboxItem>(page, item => PlaceOf(places[item.Id]), isExact: !filter.IsNarrow, PageRequest.Reach, ReadAsync);
        return page.IsNumbered && result.Total is null
            ? result.With(await longLists.TotalAsync(user.Tenant, (nameof(InboxItem), user.UserId, filter), CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<InboxItem>> ReadAsync(ListStep step) => statements.ReadAsync(
            user.Tenant, list.Items,
            list.Items.With(
                Parameter.Of("tenant", user.Tenant.Value), Parameter.Of("user_id", user.UserId), Parameter.Of("before_version", VersionOf(step.After)), Parameter.Of("max_rows", step.Rows),
                Parameter.OrNull("category", filter.Category), Parameter.OrNull("before", filter.Before?.ToUniversalTime()), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)),
            row =>
            {
                var item = list.Columns.Read(row)!;
                places[item.Id] = row.GetInt64(list.ArrivedVersion);
                return item;
            },
            cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            user.Tenant,
            list.Count.With(
                Parameter.Of("tenant", user.Tenant.Value), Parameter.Of("user_id", user.UserId), Parameter.Of("max", PageRequest.Reach + 1),
                Parameter.OrNull("category", filter.Category), Parameter.OrNull("before", filter.Before?.ToUniversalTime())),
            row => ListTotal.Of(looked: row.GetInt64(list.LookedAt), matching: row.GetInt64(list.Hits)), token);
    }

    private static StatusList Of(InboxStatus? status) => status switch
    {
        null => Current,
        InboxStatus.Unread => Unread,
        InboxStatus.Read => Read,
        InboxStatus.Archived => Archived,
        InboxStatus.Snoozed => Snoozed,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "nobody lists what is deleted"),
    };

    /// <summary>A cursor holds a place as a UUID, like those of all lists.</summary>
    private static Guid PlaceOf(long version)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], version);
        return new Guid(bytes, bigEndian: true);
    }

    private static long VersionOf(Guid? place)
    {
        if (place is not { } there)
            return long.MaxValue;
        Span<byte> bytes = stackalloc byte[16];
        there.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }

    /// <summary>The two statements of one status.</summary>
    private sealed class StatusList
    {
        public StatusList(string variant)
        {
            Items = new ListStatement("inbox_items_list", [variant]);
            Columns = new InboxItemColumns(Items.Statement);
            ArrivedVersion = Items.Column("arrived_version");
            Count = Statement.Load("inbox_items_count", [variant]);
            (LookedAt, Hits) = (Count.Column("looked_at"), Count.Column("hits"));
        }

        public ListStatement Items { get; }

        public InboxItemColumns Columns { get; }

        public Column ArrivedVersion { get; }

        public Statement Count { get; }

        public Column LookedAt { get; }

        public Column Hits { get; }
    }
}
