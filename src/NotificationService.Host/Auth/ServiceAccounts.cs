using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A tenant's service accounts, and their secrets, which are shown once. An account is named by its id or by its client id.</summary>
public sealed class ServiceAccounts(TenantStore store, ClientSecrets secrets, EndedTokens ended, AuditLog audit, Ids ids, TimeProvider time)
{
    public const int MaxOfTenant = 1_000;

    /// <summary>The account and its secret; null when there are as many as a tenant may have.</summary>
    public async Task<(ServiceAccount Account, string Secret)?> CreateAsync(
        Caller caller, string name, IReadOnlyList<string> scopes, bool live, IReadOnlyList<string> ipAllowList, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var secret = ClientSecrets.NewSecret();
        var account = new ServiceAccount
        {
            Id = ids.Next(),
            TenantId = caller.Tenant,
            ClientId = ClientSecrets.NewClientId(),
            Name = name,
            Scopes = [.. scopes],
            Live = live,
            SecretHash = await secrets.HashAsync(caller.Tenant, secret, cancellationToken),
            IpAllowList = [.. ipAllowList],
            ExpiresAt = expiresAt?.ToUniversalTime(),
            CreatedAt = time.GetUtcNow(),
        };
        var isMade = await store.RunAsync(
            caller.Tenant,
            async (db, cancellation) =>
            {
                // Two at once take turns, so that the second counts the first one's.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({caller.Tenant.Value.ToString()}, 30))", cancellation);
                if (await db.Set<ServiceAccount>().CountAsync(cancellation) >= MaxOfTenant)
                    return false;
                db.Add(account);
                audit.Record(db, caller, "service_account.created", Target(account), before: null, Fields(account));
                await db.SaveChangesAsync(cancellation);
                return true;
            },
            cancellationToken);
        return isMade ? (account, secret) : null;
    }

    /// <param name="live">Only those of this mode; null for both.</param>
    public Task<(IReadOnlyList<ServiceAccount> Accounts, long Total)> ListAsync(Caller caller, bool? live, int offset, int limit, CancellationToken cancellationToken) =>
        store.RunAsync<(IReadOnlyList<ServiceAccount>, long)>(
            caller.Tenant,
            async (db, cancellation) =>
            {
                var accounts = db.Set<ServiceAccount>().AsNoTracking().Where(account => live == null || account.Live == live);
                return (await accounts.OrderBy(account => account.Id).Skip(offset).Take(limit).ToListAsync(cancellation), await accounts.LongCountAsync(cancellation));
            },
            cancellationToken);

    public Task<ServiceAccount?> FindAsync(Caller caller, string key, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        (db, cancellation) => Of(db, caller.OnlyMode, key).AsNoTracking().SingleOrDefaultAsync(cancellation),
        cancellationToken);

    /// <summary>Changes what is given. Tokens that say what is not so any more end, on this node at once and on every other within seconds.</summary>
    public Task<ServiceAccount?> ChangeAsync(Caller caller, string key, ServiceAccountChange change, CancellationToken cancellationToken) =>
        ChangeAsync(caller, key, "service_account.changed", change.Apply, cancellationToken);

    /// <summary>
    /// Replaces the secret. The old one is good for the time that is left to it, which may be none; one that was replaced before it ends now. Where a secret ends now,
    /// so do the tokens that were given out.
    /// </summary>
    public async Task<(ServiceAccount Account, string Secret)?> RotateAsync(Caller caller, string key, TimeSpan grace, CancellationToken cancellationToken)
    {
        // Hashing is slow and is paid for by whoever has an account to rotate.
        if (await FindAsync(caller, key, cancellationToken) is null)
            return null;
        var secret = ClientSecrets.NewSecret();
        var hash = await secrets.HashAsync(caller.Tenant, secret, cancellationToken);
        var account = await ChangeAsync(caller, key, "service_account.secret_rotated", Rotate, cancellationToken);
        return account is null ? null : (account, secret);

        void Rotate(ServiceAccount account)
        {
            var now = time.GetUtcNow();
            if (grace == TimeSpan.Zero || account.PreviousUntil > now)
                account.TokenVersion++;
            (account.PreviousHash, account.PreviousUntil) = grace > TimeSpan.Zero ? (account.SecretHash, now + grace) : ((string?)null, (DateTimeOffset?)null);
            (account.SecretHash, account.RotatedAt) = (hash, now);
        }
    }

    /// <summary>Ends the account for good: no new tokens, and those given out are refused, on this node at once and on every other within seconds.</summary>
    public Task<ServiceAccount?> DisableAsync(Caller caller, string key, CancellationToken cancellationToken) =>
        ChangeAsync(caller, key, "service_account.disabled", account => account.DisabledAt ??= time.GetUtcNow(), cancellationToken);

    /// <summary>Removes the account. Its tokens end as those of a disabled one.</summary>
    public async Task<bool> DeleteAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        var id = await store.RunAsync(
            caller.Tenant,
            async (db, cancellation) =>
            {
                if (await Of(db, caller.OnlyMode, key).AsNoTracking().SingleOrDefaultAsync(cancellation) is not { } account)
                    return default(Guid?);
                // Two who remove it at once: one row goes, and both learn that it is gone.
                if (await db.Set<ServiceAccount>().Where(row => row.Id == account.Id).ExecuteDeleteAsync(cancellation) == 1)
                    audit.Record(db, caller, "service_account.deleted", Target(account), Fields(account), after: null);
                await db.SaveChangesAsync(cancellation);
                return account.Id;
            },
            cancellationToken);
        if (id is { } gone)
            ended.AddDeleted(gone);
        return id is not null;
    }

    private async Task<ServiceAccount?> ChangeAsync(Caller caller, string key, string action, Action<ServiceAccount> change, CancellationToken cancellationToken)
    {
        var account = await store.RunAsync(
            caller.Tenant,
            async (db, cancellation) =>
            {
                // Locked, so that of two rotations at once the second finds the first one's secret.
                var found = await Of(db, caller.OnlyMode, key).AsNoTracking().Select(row => (Guid?)row.Id).SingleOrDefaultAsync(cancellation);
                if (found is not { } id || await LockAsync(db, caller.Tenant, id, cancellation) is not { } account || (caller.OnlyMode is { } live && account.Live != live))
                    return null;
                var before = Fields(account);
                change(account);
                audit.Record(db, caller, action, Target(account), before, Fields(account));
                await db.SaveChangesAsync(cancellation);
                // The database may have raised the version of its tokens.
                await db.Entry(account).ReloadAsync(cancellation);
                return account;
            },
            cancellationToken);
        if (account is not null)
            ended.Add(account.Id, account.TokenVersion);
        return account;
    }

    private static Task<ServiceAccount?> LockAsync(NotificationDbContext db, TenantId tenant, Guid id, CancellationToken cancellationToken) =>
        db.Set<ServiceAccount>().FromSql($"select * from service_accounts where tenant_id = {tenant.Value} and id = {id} for no key update").SingleOrDefaultAsync(cancellationToken);

    /// <summary>To a service account one of the other mode is not there.</summary>
    private static IQueryable<ServiceAccount> Of(NotificationDbContext db, bool? live, string key)
    {
        var accounts = db.Set<ServiceAccount>().Where(account => live == null || account.Live == live);
        if (Guid.TryParse(key, out var id))
            return accounts.Where(account => account.Id == id);
        // A text that cannot be one is not asked for: it may be one that the database does not take.
        return ClientSecrets.IsClientId(key) ? accounts.Where(account => account.ClientId == key) : accounts.Where(account => account.Id == Guid.Empty);
    }

    /// <summary>Of the secrets that they are there, and until when the one before is good.</summary>
    internal static AuditFields Fields(ServiceAccount account) => new AuditFields()
        .Text("clientId", account.ClientId).Text("name", account.Name).Texts("scopes", account.Scopes).Text("mode", account.Live ? "live" : "test").Texts("ipAllowList", account.IpAllowList)
        .Time("expiresAt", account.ExpiresAt).Secret("secret", account.SecretHash).Time("previousUntil", account.PreviousUntil).Time("disabledAt", account.DisabledAt);

    private static string Target(ServiceAccount account) => $"service-account/{account.Id}";
}

/// <summary>What is to become of a service account; what is null stays.</summary>
/// <param name="Expires">Whether <paramref name="ExpiresAt"/> counts, which may be null for never.</param>
public sealed record ServiceAccountChange(
    string? Name, IReadOnlyList<string>? Scopes, bool? Live, IReadOnlyList<string>? IpAllowList, bool Expires, DateTimeOffset? ExpiresAt)
{
    internal void Apply(ServiceAccount account)
    {
        (account.Name, account.Live) = (Name ?? account.Name, Live ?? account.Live);
        account.Scopes = Scopes is null ? account.Scopes : [.. Scopes];
        account.IpAllowList = IpAllowList is null ? account.IpAllowList : [.. IpAllowList];
        if (Expires)
            account.ExpiresAt = ExpiresAt?.ToUniversalTime();
    }
}
