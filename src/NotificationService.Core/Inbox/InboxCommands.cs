using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;
using NotificationService.Storage;

namespace NotificationService.Inbox;

/// <summary>What users do to their items. Being read moves on the delivery too, by a receipt that is kept in the same commit.</summary>
public sealed class InboxCommands(InboxStore store, InboxQueries queries, [FromKeyedServices(WakeUp.Receipts)] WakeUp receipts)
{
    /// <summary>One item; null where the user has none such.</summary>
    public async Task<ChangedItem?> ChangeAsync(InboxUserId user, InboxChange change, CancellationToken cancellationToken) =>
        await ChangeAsync(user, [change], cancellationToken) is { Items: [var changed] } ? changed : null;

    /// <summary>Several, in commits of at most <see cref="InboxStore.MaxTogether"/>, in the order given.</summary>
    public async Task<InboxChanged> ChangeAsync(InboxUserId user, IReadOnlyList<InboxChange> changes, CancellationToken cancellationToken)
    {
        var (items, counts) = (new List<ChangedItem>(changes.Count), default(InboxCounts));
        foreach (var some in changes.Chunk(InboxStore.MaxTogether))
        {
            var changed = await store.ChangeAsync(user, some, cancellationToken);
            items.AddRange(changed.Items);
            counts = changed.Counts;
        }

        if (changes.Any(change => change.Read is { Is: true }))
            receipts.Signal();
        return new InboxChanged(items, counts);
    }

    /// <summary>
    /// All that match and had arrived when it was asked for, in commits of their own: whoever dies in the middle has done a part, and doing it again does the rest.
    /// Answers how many changed.
    /// </summary>
    public async Task<(int Changed, InboxCounts Counts)> ChangeAllAsync(InboxUserId user, InboxFilter filter, Func<Guid, InboxChange> change, CancellationToken cancellationToken)
    {
        var (changed, after) = (0, (Guid?)null);
        while (true)
        {
            var page = await queries.ListAsync(user, filter, PageRequest.ByCursor(after, InboxStore.MaxTogether), cancellationToken);
            if (page.Items.Count > 0)
                changed += (await ChangeAsync(user, [.. page.Items.Select(item => change(item.Id))], cancellationToken)).Items.Count(item => item.IsChanged);
            if (page.Next is not { } next)
                return (changed, await store.CountsAsync(user, cancellationToken));
            after = next;
        }
    }

    /// <summary>What a device decided while it was away: of several decisions about one thing the latest.</summary>
    public Task<InboxChanged> SyncAsync(InboxUserId user, IReadOnlyList<InboxChange> operations, CancellationToken cancellationToken) => ChangeAsync(
        user,
        [
            .. operations.GroupBy(operation => operation.Id).Select(ofItem => new InboxChange(ofItem.Key)
            {
                Read = ofItem.Select(operation => operation.Read).OfType<Decision>().MaxBy(decision => decision.At),
                Archived = ofItem.Select(operation => operation.Archived).OfType<Decision>().MaxBy(decision => decision.At),
                Deleted = ofItem.Any(operation => operation.Deleted),
            }),
        ],
        cancellationToken);
}
