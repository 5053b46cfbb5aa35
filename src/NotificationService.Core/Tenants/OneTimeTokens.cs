using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Tokens that go out by mail: each is good once and until it expires, and a new one ends those of its kind before it. An account is sent a few of a kind
/// an hour, whoever asks for them.
/// </summary>
public sealed class OneTimeTokens(Ids ids, TimeProvider time)
{
    /// <summary>Of one kind, for one account.</summary>
    public const int MaxPerHour = 5;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>As part of other work; null when the account was sent enough of them lately.</summary>
    public async Task<OneTimeToken?> IssueAsync(
        NotificationDbContext db, User user, OneTimeTokenKind kind, TimeSpan lifetime, string? email, CancellationToken cancellationToken)
    {
        // One at a time: two at once would each find one less.
        await db.Set<User>().FromSql($"select * from users where id = {user.Id} for update").AsNoTracking().Select(row => row.Id).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        var since = now - Hour;
        var ofKind = db.Set<OneTimeTokenRow>().Where(row => row.AccountId == user.Id && row.Kind == kind);
        if (await ofKind.CountAsync(row => row.CreatedAt > since, cancellationToken) >= MaxPerHour)
            return null;
        await ofKind.Where(row => row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken);
        var token = OneTimeToken.New(user.TenantId, ids.Next());
        db.Add(new OneTimeTokenRow
        {
            Id = token.Id,
            TenantId = user.TenantId,
            AccountId = user.Id,
            Kind = kind,
            Hash = token.Hash,
            Email = email,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        });
        await db.SaveChangesAsync(cancellationToken);
        return token;
    }

    /// <summary>What a token is good for, if it is good for this or the other; it stays so.</summary>
    public Task<OneTimeTokenRow?> FindAsync(NotificationDbContext db, OneTimeToken token, OneTimeTokenKind kind, OneTimeTokenKind? or, CancellationToken cancellationToken) =>
        Good(db, token, kind, or).AsNoTracking().SingleOrDefaultAsync(cancellationToken);

    /// <summary>Uses a token: once, however often it is presented at the same time.</summary>
    public async Task<OneTimeTokenRow?> UseAsync(NotificationDbContext db, OneTimeToken token, OneTimeTokenKind kind, OneTimeTokenKind? or, CancellationToken cancellationToken)
    {
        var (found, now) = (await FindAsync(db, token, kind, or, cancellationToken), time.GetUtcNow());
        // Where there is none the statement is made as well: it takes as long.
        var used = await Good(db, token, kind, or).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken);
        return used == 1 ? found : null;
    }

    /// <summary>Ends those of a kind that an account has, as part of other work. Who uses one at this moment is waited for.</summary>
    public Task EndAsync(NotificationDbContext db, Guid account, OneTimeTokenKind kind, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return db.Set<OneTimeTokenRow>().Where(row => row.AccountId == account && row.Kind == kind && row.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken);
    }

    private IQueryable<OneTimeTokenRow> Good(NotificationDbContext db, OneTimeToken token, OneTimeTokenKind kind, OneTimeTokenKind? or)
    {
        var (now, id, hash, other) = (time.GetUtcNow(), token.Id, token.Hash, or ?? kind);
        return db.Set<OneTimeTokenRow>().Where(row => row.Id == id && row.Hash == hash && row.EndedAt == null && row.ExpiresAt > now && (row.Kind == kind || row.Kind == other));
    }
}
