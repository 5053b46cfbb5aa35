using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// ASP.NET Core Identity's store over the table users. Identity knows a user by "tenant/…", so that every look-up has its scope. It has no lockout,
/// or anybody could lock out anybody. <see cref="SignInLimits"/> refuses who guesses.
/// </summary>
internal sealed class IdentityUserStore(TenantStore store) : IUserPasswordStore<User>, IUserSecurityStampStore<User>
{
    public static string NameOf(TenantId tenant, string email) => $"{tenant}/{email}";

    public static string Normalize(string email) => User.Normalize(email);

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(NameOf(user.TenantId, user.Id.ToString()));

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(NameOf(user.TenantId, user.Email));

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) =>
        throw new NotSupportedException("a user is known by its e-mail address");

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(NameOf(user.TenantId, user.NormalizedEmail));

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken)
    {
        user.NormalizedEmail = Normalize(user.Email);
        return Task.CompletedTask;
    }

    public async Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
    {
        await store.RunAsync(
            user.TenantId,
            (db, cancellation) =>
            {
                db.Add(user);
                return db.SaveChangesAsync(cancellation);
            },
            cancellationToken);
        return IdentityResult.Success;
    }

    public async Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            user,
            users => users.ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Email, user.Email).SetProperty(row => row.NormalizedEmail, user.NormalizedEmail)
                    .SetProperty(row => row.Name, user.Name).SetProperty(row => row.Roles, user.Roles)
                    .SetProperty(row => row.PasswordHash, user.PasswordHash).SetProperty(row => row.SecurityStamp, user.SecurityStamp)
                    .SetProperty(row => row.DisabledAt, user.DisabledAt),
                cancellationToken),
            cancellationToken);
        return IdentityResult.Success;
    }

    public async Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
    {
        await ChangeAsync(user, users => users.ExecuteDeleteAsync(cancellationToken), cancellationToken);
        return IdentityResult.Success;
    }

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken)
    {
        var (tenant, id) = Split(userId);
        return Guid.TryParse(id, out var key)
            ? store.RunAsync(tenant, (db, cancellation) => db.Set<User>().AsNoTracking().SingleOrDefaultAsync(user => user.Id == key, cancellation), cancellationToken)
            : Task.FromResult<User?>(null);
    }

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
    {
        var (tenant, email) = Split(normalizedUserName);
        return store.RunAsync(
            tenant,
            (db, cancellation) => db.Set<User>().AsNoTracking().SingleOrDefaultAsync(user => user.NormalizedEmail == email, cancellation),
            cancellationToken);
    }

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash;
        return Task.CompletedTask;
    }

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public Task SetSecurityStampAsync(User user, string stamp, CancellationToken cancellationToken)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);

    public void Dispose()
    {
        // Nothing is held between calls.
    }

    private Task<int> ChangeAsync(User user, Func<IQueryable<User>, Task<int>> change, CancellationToken cancellationToken) =>
        store.RunAsync(user.TenantId, (db, _) => change(db.Set<User>().Where(row => row.Id == user.Id)), cancellationToken);

    private static (TenantId Tenant, string Name) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return (new TenantId(Guid.Parse(name.AsSpan(0, slash))), name[(slash + 1)..]);
    }
}
