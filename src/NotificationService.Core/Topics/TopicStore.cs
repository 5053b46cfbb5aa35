using Microsoft.EntityFrameworkCore;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Topics;

/// <summary>The topics of a mode, as backends and people edit them. Who is subscribed to them is <see cref="SubscriptionStore"/>'s.</summary>
public sealed class TopicStore(TenantStore store, AuditLog audit, Ids ids, TimeProvider time)
{
    /// <summary>One page by key, and how many there are in all.</summary>
    /// <param name="directory">Whose.</param>
    /// <param name="under">Only those below this key; null for all.</param>
    /// <param name="skip">How many to leave out.</param>
    /// <param name="take">How many to show.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<(IReadOnlyList<Topic> Items, int Total)> ListAsync(DirectoryId directory, string? under, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        directory.Tenant,
        async (db, token) =>
        {
            var rows = db.Set<TopicRow>().AsNoTracking().Where(row => row.Live == directory.Live && row.RemovedAt == null);
            if (under is not null)
            {
                var (from, before) = TopicKey.Below(under);
                rows = rows.Where(row => string.Compare(row.Key, from) >= 0 && string.Compare(row.Key, before) < 0);
            }

            var page = await rows.OrderBy(row => row.Key).Skip(skip).Take(take).ToListAsync(token);
            return ((IReadOnlyList<Topic>)[.. page.Select(row => row.ToTopic())], await rows.CountAsync(token));
        },
        cancellationToken);

    public Task<Topic?> FindAsync(DirectoryId directory, string keyOrId, CancellationToken cancellationToken) => store.RunAsync(
        directory.Tenant, async (db, token) => (await FindAsync(db, directory, keyOrId, token)) is { RemovedAt: null } row ? row.ToTopic() : null, cancellationToken);

    /// <summary>Makes a topic, or changes the one of that key or id.</summary>
    public Task<TopicSaved> PutAsync(Caller by, DirectoryId directory, string keyOrId, string name, string? category, CancellationToken cancellationToken) => store.RunAsync<TopicSaved>(
        directory.Tenant,
        async (db, token) =>
        {
            // Two who make one key at once, and the limit.
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({directory.Tenant.Value.ToString()}, 34))", token);
            var now = time.GetUtcNow();
            if (await FindAsync(db, directory, keyOrId, token) is { } row)
            {
                if (row.RemovedAt is not null)
                    return new TopicSaved.BeingRemoved();
                var before = Fields(row);
                if ((row.Name, row.Category) == (name, category))
                    return new TopicSaved.Saved(row.ToTopic(), IsNew: false);
                (row.Name, row.Category, row.UpdatedAt) = (name, category, now);
                audit.Record(db, by, "topic.changed", Target(row), before, Fields(row));
                await db.SaveChangesAsync(token);
                return new TopicSaved.Saved(row.ToTopic(), IsNew: false);
            }

            if (await db.Set<TopicRow>().CountAsync(one => one.Live == directory.Live, token) >= Topic.MaxOfMode)
                return new TopicSaved.LimitReached();
            var made = new TopicRow
            {
                TenantId = directory.Tenant,
                Live = directory.Live,
                Key = keyOrId,
                Id = ids.Next(),
                Name = name,
                Category = category,
                CreatedAt = now,
                UpdatedAt = now,
            };
            db.Add(made);
            audit.Record(db, by, "topic.created", Target(made), before: null, Fields(made));
            await db.SaveChangesAsync(token);
            return new TopicSaved.Saved(made.ToTopic(), IsNew: true);
        },
        cancellationToken);

    /// <summary>From its commit on nobody sees it and nothing reaches anybody by it; its subscriptions go in the background. False when there was none.</summary>
    public Task<bool> RemoveAsync(Caller by, DirectoryId directory, string keyOrId, CancellationToken cancellationToken) => store.RunAsync(
        directory.Tenant,
        async (db, token) =>
        {
            // Two who remove it at once: both learn that it is gone.
            if (await FindAsync(db, directory, keyOrId, token) is not { RemovedAt: null } row
                || await db.Set<TopicRow>().Where(one => one.Live == row.Live && one.Key == row.Key && one.RemovedAt == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.RemovedAt, time.GetUtcNow()), token) == 0)
                return false;
            audit.Record(db, by, "topic.removed", Target(row), Fields(row), after: null);
            await db.SaveChangesAsync(token);
            return true;
        },
        cancellationToken);

    private static async Task<TopicRow?> FindAsync(NotificationDbContext db, DirectoryId directory, string keyOrId, CancellationToken cancellationToken) =>
        await db.Set<TopicRow>().SingleOrDefaultAsync(row => row.Live == directory.Live && row.Key == keyOrId, cancellationToken)
        ?? (Guid.TryParseExact(keyOrId, "D", out var id)
            ? await db.Set<TopicRow>().SingleOrDefaultAsync(row => row.Live == directory.Live && row.Id == id, cancellationToken)
            : null);

    private static string Target(TopicRow row) => $"topic/{row.Id}";

    private static AuditFields Fields(TopicRow row) => new AuditFields().Text("key", row.Key).Text("name", row.Name).Text("category", row.Category).Flag("live", row.Live);
}
