using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A tenant's service accounts, and their secrets, which are shown once.</summary>
public sealed class ServiceAccounts(TenantStore store, ClientSecrets secrets, DisabledSubjects disabled, AuditLog audit, Ids ids, TimeProvider time)
{
    public async Task<(ServiceAccount Account, string Secret)> CreateAsync(
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
        await store.RunAsync(
            caller.Tenant,
            (db, cancellation) =>
            {
                db.Add(account);
                audit.Record(db, caller, "service_account.created", Target(account));
                return db.SaveChangesAsync(cancellation);
            },
            cancellationToken);
        return (account, secret);
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

    public Task<ServiceAccount?> FindAsync(Caller caller, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        (db, cancellation) => Of(db, caller.OnlyMode, id).AsNoTracking().SingleOrDefaultAsync(cancellation),
        cancellationToken);

    /// <summary>Replaces the secret; the old one ends at once, tokens already given out run their time.</summary>
    public async Task<(ServiceAccount Account, string Secret)?> RotateAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var secret = ClientSecrets.NewSecret();
        var hash = await secrets.HashAsync(caller.Tenant, secret, cancellationToken);
        var account = await ChangeAsync(
            caller,
            id,
            "service_account.secret_rotated",
            account => (account.SecretHash, account.RotatedAt) = (hash, time.GetUtcNow()),
            cancellationToken);
        return account is null ? null : (account, secret);
    }

    /// <summary>Ends the account for good: no new tokens, and those given out are refused, on this node at once and on every other within seconds.</summary>
    public async Task<ServiceAccount?> DisableAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var account = await ChangeAsync(caller, id, "service_account.disabled", account => account.DisabledAt ??= time.GetUtcNow(), cancellationToken);
        if (account is not null)
            disabled.Add(account.Id);
        return account;
    }

    private Task<ServiceAccount?> ChangeAsync(Caller caller, Guid id, string action, Action<ServiceAccount> change, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, cancellation) =>
        {
            var account = await Of(db, caller.OnlyMode, id).SingleOrDefaultAsync(cancellation);
            if (account is null)
                return null;
            change(account);
            audit.Record(db, caller, action, Target(account));
            await db.SaveChangesAsync(cancellation);
            return account;
        },
        cancellationToken);

    /// <summary>An account's mode never changes. To a service account one of the other mode is not there.</summary>
    private static IQueryable<ServiceAccount> Of(NotificationDbContext db, bool? live, Guid id) =>
        db.Set<ServiceAccount>().Where(account => account.Id == id && (live == null || account.Live == live));

    private static string Target(ServiceAccount account) => $"service-account/{account.Id}";
}
