using NotificationService.Queueing;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Inbox;

/// <summary>The rows of inboxes. Whatever changes a user's items locks the user's row first: the changes of one user are one after the other.</summary>
public sealed class InboxStore(Database database, LiveSignals signals, TimeProvider time) : IDisposable
{
    /// <summary>Changes of one user wait for each other here, and not each with a connection of its own in the hand: the connections are everybody's.</summary>
    private readonly KeyedLimiter<InboxUserId> turns = new(max: 8, maxOfKey: 1, Timeout.InfiniteTimeSpan, time);

    /// <summary>Items of one change.</summary>
    public const int MaxTogether = 500;

    private static readonly Statement Lock = Statement.Load("inbox_users_lock");
    private static readonly Statement Find = Statement.Load("inbox_users_find");
    private static readonly Statement See = Statement.Load("inbox_users_see");
    private static readonly Statement Get = Statement.Load("inbox_items_get");
    private static readonly InboxItemColumns GetColumns = new(Get);
    private static readonly Statement Change = Statement.Load("inbox_items_change");
    private static readonly InboxItemColumns ChangeColumns = new(Change);
    private static readonly Column IsChanged = Change.Column("is_changed"), IsApplied = Change.Column("is_applied");
    private static readonly CountColumns ChangeCounts = new(Change, "last_version"), FindCounts = new(Find, "version"), SeeCounts = new(See, "version");
    private static readonly Statement Changed = Statement.Load("inbox_items_changed");
    private static readonly InboxItemColumns ChangedColumns = new(Changed);
    private static readonly CountColumns ChangedCounts = new(Changed, "last_version");
    private static readonly Column ForgotVersion = Changed.Column("forgot_version");

    /// <summary>How much waits. Nothing ever came: nothing waits.</summary>
    public async Task<InboxCounts> CountsAsync(InboxUserId user, CancellationToken cancellationToken)
    {
        var counts = default(InboxCounts);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(user.Tenant, Find.With(Owner(user)));
        await batch.CommitAsync(row => counts = FindCounts.Read(row), cancellationToken);
        return counts;
    }

    public async Task<InboxItem?> FindAsync(InboxUserId user, Guid id, CancellationToken cancellationToken)
    {
        InboxItem? item = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(user.Tenant, Get.With([.. Owner(user), Parameter.Of("id", id)]));
        await batch.CommitAsync(row => item = GetColumns.Read(row), cancellationToken);
        return item;
    }

    /// <summary>Notes that the user saw what arrived before a time, or everything.</summary>
    public async Task<InboxCounts> SeeAsync(InboxUserId user, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var counts = default(InboxCounts);
        await turns.RunAsync(
            user,
            async () =>
            {
                await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
                batch.Add(user.Tenant, Lock.With(Owner(user)));
                batch.Add(user.Tenant, See.With([.. Owner(user), Parameter.OrNull("before", before?.ToUniversalTime())]));
                await batch.CommitAsync(row => counts = SeeCounts.Read(row), cancellationToken);
            },
            cancellationToken);
        signals.Changed(user.Tenant, user.UserId);
        return counts;
    }

    /// <summary>What changed after a version.</summary>
    public async Task<InboxChanges> ChangesAsync(InboxUserId user, long since, int max, CancellationToken cancellationToken)
    {
        var (items, counts, forgot) = (new List<InboxItem>(), default(InboxCounts), 0L);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(user.Tenant, Changed.With([.. Owner(user), Parameter.Of("since", since), Parameter.Of("max", max + 1)]));
        await batch.CommitAsync(
            row =>
            {
                (counts, forgot) = (ChangedCounts.Read(row), row.GetInt64(ForgotVersion));
                if (ChangedColumns.Read(row) is { } item)
                    items.Add(item);
            },
            cancellationToken);
        // A cursor from before what is forgotten, or one that was never given out: a database that was restored knows less than its clients.
        if (since > counts.Version || (since > 0 && since < forgot))
            return await ChangesAsync(user, 0, max, cancellationToken) with { Reset = true };
        var hasMore = items.Count > max;
        if (hasMore)
            items.RemoveAt(max);
        return new InboxChanges(items, counts, hasMore ? items[^1].Version : counts.Version, hasMore, Reset: false);
    }

    /// <summary>Changes items of one user, all in one commit.</summary>
    /// <param name="changes">Each item once; at most <see cref="MaxTogether"/>.</param>
    public async Task<InboxChanged> ChangeAsync(InboxUserId user, IReadOnlyList<InboxChange> changes, CancellationToken cancellationToken)
    {
        var (items, counts) = (new List<ChangedItem>(changes.Count), default(InboxCounts?));
        var change = Change.With(
        [
            .. Owner(user),
            Of("ids", change => change.Id),
            Of("reads", change => change.Read?.Is),
            Of("read_times", change => change.Read?.At?.ToUniversalTime()),
            Of("archives", change => change.Archived?.Is),
            Of("archive_times", change => change.Archived?.At?.ToUniversalTime()),
            Of("snoozes", change => change.SnoozedUntil?.ToUniversalTime()),
            Of("deletes", change => change.Deleted),
            Of("returns", change => change.Returns),
            Of("receipt_hashes", change => change.ReceiptHash),
        ]);
        await turns.RunAsync(
            user,
            async () =>
            {
                await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
                batch.Add(user.Tenant, Lock.With(Owner(user)));
                batch.Add(user.Tenant, change);
                await batch.CommitAsync(
                    row =>
                    {
                        items.Add(new ChangedItem(ChangeColumns.Read(row)!, row.GetBoolean(IsChanged), row.GetBoolean(IsApplied)));
                        counts = ChangeCounts.Read(row);
                    },
                    cancellationToken);
            },
            cancellationToken);
        if (items.Exists(static item => item.IsChanged))
            signals.Changed(user.Tenant, user.UserId);
        return new InboxChanged(items, counts ?? await CountsAsync(user, cancellationToken));

        Parameter Of<T>(string name, Func<InboxChange, T> column) => Parameter.Of<T[]>(name, [.. changes.Select(column)]);
    }

    public void Dispose() => turns.Dispose();

    private static Parameter[] Owner(InboxUserId user) => [Parameter.Of("tenant", user.Tenant.Value), Parameter.Of("user_id", user.UserId)];

    private sealed class CountColumns(Statement statement, string versionName)
    {
        private readonly Column unread = statement.Column("unread"), unseen = statement.Column("unseen"), version = statement.Column(versionName);

        public Statement Statement => statement;

        public InboxCounts Read(NpgsqlDataReader row) => new(row.GetInt64(unread), row.GetInt64(unseen), row.GetInt64(version));
    }
}
