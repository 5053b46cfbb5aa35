using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>The sign-ins of a person that have not ended, to be looked at and ended: by the person, or by an admin.</summary>
public sealed class Sessions(TenantStore store, AuditLog audit, TimeProvider time)
{
    /// <summary>That a person has at once: one more ends the oldest.</summary>
    public const int MaxOfUser = 100;

    /// <summary>The latest first; null where there is no such person.</summary>
    public Task<IReadOnlyList<Session>?> ListAsync(TenantId tenant, Guid user, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) => await db.Set<User>().AnyAsync(row => row.Id == user, token)
            ? (IReadOnlyList<Session>?)await Open(db, user).AsNoTracking().OrderByDescending(session => session.CreatedAt).Take(MaxOfUser).ToListAsync(token)
            : null,
        cancellationToken);

    /// <summary>Ends one session of a person, or all.</summary>
    /// <param name="caller">Who ends it.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="id">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Those that were ended; null where there is no such person or session.</returns>
    public Task<IReadOnlyList<Guid>?> EndAsync(Caller caller, Guid user, Guid? id, CancellationToken cancellationToken) => store.RunAsync<IReadOnlyList<Guid>?>(
        caller.Tenant,
        async (db, token) =>
        {
            if (!await db.Set<User>().AnyAsync(row => row.Id == user, token))
                return null;
            var found = await Open(db, user).Where(session => id == null || session.Id == id).Select(session => session.Id).ToListAsync(token);
            if (found.Count == 0)
                return id is null ? [] : null;
            var now = time.GetUtcNow();
            await db.Set<Session>().Where(session => found.Contains(session.Id) && session.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), token);
            audit.Record(db, caller, id is null ? "user.sessions_ended" : "user.session_ended", $"user/{user}");
            await db.SaveChangesAsync(token);
            return found;
        },
        cancellationToken);

    private IQueryable<Session> Open(NotificationDbContext db, Guid user)
    {
        var now = time.GetUtcNow();
        return db.Set<Session>().Where(session => session.AccountId == user && session.RevokedAt == null && session.ExpiresAt > now);
    }
}
