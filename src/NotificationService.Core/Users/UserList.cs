using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>Which people are asked for.</summary>
/// <param name="Email">The whole address.</param>
/// <param name="UserId">The person as a recipient.</param>
/// <param name="Status">Of this status.</param>
/// <param name="Role">With this role.</param>
/// <param name="Group">In this group.</param>
public sealed record UserFilter(string? Email, string? UserId, UserStatus? Status, string? Role, string? Group)
{
    public override string ToString() => "a filter of users";
}

/// <summary>A tenant's people, the earliest first, by cursor.</summary>
public sealed class UserList(TenantStore store)
{
    /// <summary>Rows that a page looks at for a filter that no index answers. A page that ends there says where to go on.</summary>
    public const int MaxLooked = 2_000;

    public Task<User?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant, (db, token) => db.Set<User>().AsNoTracking().SingleOrDefaultAsync(user => user.Id == id, token), cancellationToken);

    public Task<PageResult<User>> ListAsync(TenantId tenant, UserFilter filter, PageRequest page, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var all = db.Set<User>().AsNoTracking().Where(user => page.After == null || user.Id > page.After);
            // An address and a userId are each one row's; anything else is looked for among the next rows.
            var isOne = filter.Email is not null || filter.UserId is not null;
            var looked = isOne ? all.Where(OfOne(filter)) : all.OrderBy(user => user.Id).Take(MaxLooked);
            var found = await Matching(looked, filter).OrderBy(user => user.Id).Take(page.Take).ToListAsync(token);
            var stoppedAt = isOne || found.Count > page.Limit
                ? null
                : await all.OrderBy(user => user.Id).Skip(MaxLooked - 1).Select(user => (Guid?)user.Id).FirstOrDefaultAsync(token);
            return PageResult.Of(found, user => user.Id, page, stoppedAt);
        },
        cancellationToken);

    private static System.Linq.Expressions.Expression<Func<User, bool>> OfOne(UserFilter filter)
    {
        var (email, userId) = (filter.Email is { } text ? User.Normalize(text) : null, filter.UserId);
        return user => (email == null || user.NormalizedEmail == email) && (userId == null || user.UserId == userId);
    }

    private static IQueryable<User> Matching(IQueryable<User> users, UserFilter filter)
    {
        users = filter.Status switch
        {
            UserStatus.Disabled => users.Where(user => user.DisabledAt != null),
            UserStatus.Invited => users.Where(user => user.DisabledAt == null && user.InvitedAt != null),
            UserStatus.Active => users.Where(user => user.DisabledAt == null && user.InvitedAt == null),
            _ => users,
        };
        if (filter.Role is { } role)
            users = users.Where(user => user.Roles.Contains(role));
        return filter.Group is { } group ? users.Where(user => user.Groups.Contains(group)) : users;
    }
}
