using Microsoft.EntityFrameworkCore;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>The addresses that must not be written to, as people of the tenant read and edit them.</summary>
public sealed class SuppressionList(TenantStore store, SuppressionQueries queries, AuditLog audit, Ids ids, TimeProvider time)
{
    /// <summary>Those that count now, the newest first.</summary>
    public Task<PageResult<Suppression>> ListAsync(TenantId tenant, SuppressionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        filter.Address is null
            ? queries.ListAsync(tenant, filter.Channel, filter.Reason, page, cancellationToken)
            : store.RunAsync(
                tenant,
                async (db, token) =>
                {
                    // One for each channel, reason and scope at most.
                    var now = time.GetUtcNow();
                    var rows = await (await OfAsync(db, filter, token)).AsNoTracking()
                        .Where(row => (row.ExpiresAt == null || row.ExpiresAt > now) && (filter.Reason == null || row.Reason == filter.Reason) && (page.After == null || row.Id < page.After))
                        .OrderByDescending(row => row.Id).Skip(page.Offset).Take(page.Take).ToListAsync(token);
                    return PageResult.Of(rows, row => row.Id, page);
                },
                cancellationToken);

    public Task<Suppression?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        (db, token) =>
        {
            var now = time.GetUtcNow();
            return db.Set<Suppression>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && (row.ExpiresAt == null || row.ExpiresAt > now), token);
        },
        cancellationToken);

    /// <summary>Puts an address on the list by hand. One that is there by hand already, for the same scope, keeps its row and takes the new end. False: it was there.</summary>
    public Task<(Suppression Row, bool IsNew)> AddAsync(
        Caller caller, ChannelKind channel, string address, string scope, DateTimeOffset? expiresAt, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            var (normal, now) = (Suppression.Normalize(channel, address), time.GetUtcNow());
            // Two at once take turns, so that the second finds the first one's row.
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({caller.Tenant.Value.ToString() + normal}, 8))", token);
            var row = await db.Set<Suppression>().SingleOrDefaultAsync(
                known => known.Channel == channel && known.Address == normal && known.Reason == SuppressionReason.Manual && known.Scope == scope, token);
            var isNew = row is null || row.ExpiresAt <= now;
            var before = row is null ? null : Fields(row);
            if (row is null)
            {
                row = new Suppression
                {
                    Id = ids.Next(),
                    TenantId = caller.Tenant,
                    Channel = channel,
                    Address = normal,
                    Reason = SuppressionReason.Manual,
                    Scope = scope,
                    CreatedAt = now,
                    ExpiresAt = expiresAt,
                };
                db.Add(row);
            }
            else
            {
                (row.CreatedAt, row.ExpiresAt) = (isNew ? now : row.CreatedAt, expiresAt);
            }

            audit.Record(db, caller, "suppression.added", $"suppression/{row.Id}", before, Fields(row));
            await db.SaveChangesAsync(token);
            return (row, isNew);
        },
        cancellationToken);

    /// <summary>Takes an address off the list: it is written to again.</summary>
    public Task<bool> RemoveAsync(Caller caller, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            var now = time.GetUtcNow();
            if (await db.Set<Suppression>().SingleOrDefaultAsync(row => row.Id == id && (row.ExpiresAt == null || row.ExpiresAt > now), token) is not { } row)
                return false;
            db.Remove(row);
            audit.Record(db, caller, "suppression.removed", $"suppression/{row.Id}", Fields(row), after: null);
            await db.SaveChangesAsync(token);
            return true;
        },
        cancellationToken);

    /// <summary>Those of one address are looked up by its key, channel by channel, and nothing else can be: hence the offset, past which no condition is moved.</summary>
    private static async Task<IQueryable<Suppression>> OfAsync(NotificationDbContext db, SuppressionFilter filter, CancellationToken cancellationToken)
    {
        var address = filter.Address ?? "";
        var channels = filter.Channel is { } channel ? [channel] : ChannelKinds.All;
        // As it is written, and in the spelling of each channel.
        var (numbers, spellings) = (channels.Select(one => (short)one).ToArray(), channels.Select(one => Suppression.Normalize(one, address)).ToArray());
        string[] written = [.. spellings.Append(address).Distinct(StringComparer.Ordinal)];
        // Asked for beforehand: of keys that a statement itself works out the planner does not know how few they are, and it reads the whole list.
        var keys = await db.Database.SqlQuery<Guid>($"select md5(spelling)::uuid from unnest({written}) spelling").ToArrayAsync(cancellationToken);
        return db.Set<Suppression>().FromSql(
            $"""
            select * from suppressions
            where channel = any ({numbers}) and address_key = any ({keys})
              and (address = {address} or address = ({spellings})[array_position({numbers}, channel)])
            offset 0
            """);
    }

    /// <summary>Never the address: the row's id names it as long as the row is there.</summary>
    private static AuditFields Fields(Suppression row) => new AuditFields().Text("channel", row.Channel.ToName()).Text("reason", row.Reason.ToName()).Text("scope", row.Scope).Time("expiresAt", row.ExpiresAt);
}

/// <summary>Which of them; null is any.</summary>
public sealed record SuppressionFilter(ChannelKind? Channel, string? Address, SuppressionReason? Reason);
