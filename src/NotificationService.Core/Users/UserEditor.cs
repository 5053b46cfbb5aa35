using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>
/// Changes a tenant's people. Changes of one tenant take turns, so that of two that would each leave the other's admin the second finds that it is the last. What a
/// person may do changes in the database together with the end of its access tokens (docs/decisions/0055-when-access-tokens-end.md).
/// </summary>
public sealed class UserEditor(TenantStore store, Invitations invitations, AccountMail mail, AuditLog audit, Ids ids, UserOptions options, TimeProvider time)
{
    /// <summary>Invites a person.</summary>
    public Task<UserSaved> InviteAsync(Caller caller, UserInput input, CancellationToken cancellationToken) =>
        UserRules.Check(input) is { Count: > 0 } issues
            ? Task.FromResult<UserSaved>(new UserSaved.Invalid(issues))
            : RunAsync(caller.Tenant, (db, token) => InviteAsync(db, caller, input, token), cancellationToken);

    /// <summary>The same as part of other work, of what was checked, with the tenant's people locked.</summary>
    public async Task<UserSaved> InviteAsync(NotificationDbContext db, Caller caller, UserInput input, CancellationToken cancellationToken)
    {
        if (!MayGive(caller, input.Roles!))
            return new UserSaved.NotAllowed();
        var (id, email) = (ids.Next(), User.Normalize(input.Email!));
        var userId = input.UserId ?? id.ToString();
        var users = db.Set<User>().AsNoTracking();
        if (await users.AnyAsync(row => row.NormalizedEmail == email, cancellationToken))
            return new UserSaved.Taken("email_taken", "The address is another user's of this tenant.");
        if (await users.AnyAsync(row => row.UserId == userId, cancellationToken))
            return new UserSaved.Taken("user_id_taken", "The userId is another user's of this tenant.");
        if (await users.CountAsync(cancellationToken) >= options.MaxOfTenant)
            return new UserSaved.TooManyPeople(options.MaxOfTenant);
        if (await invitations.CountAsync(db, caller.Tenant, cancellationToken) is { } tooMany)
            return tooMany;
        var user = NewUser.Row(id, caller.Tenant, input.Email!, input.Name!, [.. input.Roles!.OfType<string>()], time.GetUtcNow(), userId);
        user.Groups = [.. input.Groups?.OfType<string>() ?? []];
        user.InvitedAt = user.CreatedAt;
        db.Add(user);
        audit.Record(db, caller, "user.invited", Target(user), before: null, Describe(user));
        await db.SaveChangesAsync(cancellationToken);
        await mail.SendLinkAsync(db, user, OneTimeTokenKind.AcceptInvitation, email: null, locale: null, cancellationToken);
        return new UserSaved.Saved(user);
    }

    /// <summary>Invites a person again who has not come.</summary>
    public Task<UserSaved> InviteAgainAsync(Caller caller, Guid id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        "user.invited_again",
        async (db, user, token) =>
        {
            if (user.InvitedAt is null || user.DisabledAt is not null)
                return new UserSaved.NotInvited();
            if (await invitations.CountAsync(db, caller.Tenant, token) is { } tooMany)
                return tooMany;
            user.InvitedAt = time.GetUtcNow();
            await mail.SendLinkAsync(db, user, OneTimeTokenKind.AcceptInvitation, email: null, locale: null, token);
            return null;
        },
        cancellationToken);

    public Task<UserSaved> ChangeAsync(Caller caller, Guid id, UserChange change, CancellationToken cancellationToken) =>
        UserRules.Check(change) is { Count: > 0 } issues
            ? Task.FromResult<UserSaved>(new UserSaved.Invalid(issues))
            : ChangeAsync(
                caller,
                id,
                "user.changed",
                async (db, user, token) =>
                {
                    if (change.Roles is not null && !MayGive(caller, change.Roles))
                        return new UserSaved.NotAllowed();
                    if (change.Roles is not null && !UserRoles.IsAdmin(change.Roles!) && await IsLastAdminAsync(db, user, token))
                        return new UserSaved.LastAdmin();
                    user.Name = change.Name ?? user.Name;
                    user.Roles = change.Roles is null ? user.Roles : [.. change.Roles.OfType<string>()];
                    user.Groups = change.Groups is null ? user.Groups : [.. change.Groups.OfType<string>()];
                    return null;
                },
                cancellationToken);

    /// <summary>Ends whatever the person has open, until it is enabled again.</summary>
    public Task<UserSaved> DisableAsync(Caller caller, Guid id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        "user.disabled",
        async (db, user, token) =>
        {
            if (await IsLastAdminAsync(db, user, token))
                return new UserSaved.LastAdmin();
            user.DisabledAt ??= time.GetUtcNow();
            await SignIns.EndAllAsync(db, user, except: null, time.GetUtcNow(), token);
            return null;
        },
        cancellationToken);

    public Task<UserSaved> EnableAsync(Caller caller, Guid id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        "user.enabled",
        (_, user, _) =>
        {
            user.DisabledAt = null;
            return Task.FromResult<UserSaved?>(null);
        },
        cancellationToken);

    public Task<UserSaved> DeleteAsync(Caller caller, Guid id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        "user.deleted",
        async (db, user, token) =>
        {
            if (await IsLastAdminAsync(db, user, token))
                return new UserSaved.LastAdmin();
            db.Remove(user);
            return null;
        },
        cancellationToken);

    /// <summary>Locks the tenant's people until the work's transaction ends.</summary>
    public static Task LockAsync(NotificationDbContext db, TenantId tenant, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({tenant.Value.ToString()}, 31))", cancellationToken);

    private Task<UserSaved> RunAsync(TenantId tenant, Func<NotificationDbContext, CancellationToken, Task<UserSaved>> work, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            await LockAsync(db, tenant, token);
            return await work(db, token);
        },
        cancellationToken);

    private Task<UserSaved> ChangeAsync(
        Caller caller, Guid id, string action, Func<NotificationDbContext, User, CancellationToken, Task<UserSaved?>> change, CancellationToken cancellationToken) => RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            if (await db.Set<User>().SingleOrDefaultAsync(row => row.Id == id, token) is not { } user)
                return new UserSaved.NotFound();
            // Whoever looks after all tenants is not an admin's to change.
            if (!MayGive(caller, user.Roles))
                return new UserSaved.NotAllowed();
            var before = Describe(user);
            if (await change(db, user, token) is { } refused)
                return refused;
            var isGone = db.Entry(user).State == EntityState.Deleted;
            audit.Record(db, caller, action, Target(user), before, isGone ? null : Describe(user));
            await db.SaveChangesAsync(token);
            // The database may have raised the version of the person's tokens.
            if (isGone)
                user.TokenVersion = int.MaxValue;
            else
                await db.Entry(user).ReloadAsync(token);
            return new UserSaved.Saved(user);
        },
        cancellationToken);

    private static bool MayGive(Caller caller, IReadOnlyList<string?> roles) => !roles.Contains(UserRoles.PlatformAdmin) || caller.Roles.Contains(UserRoles.PlatformAdmin);

    /// <summary>Whether the person is an admin who can sign in, and no other one is.</summary>
    private static async Task<bool> IsLastAdminAsync(NotificationDbContext db, User user, CancellationToken cancellationToken) =>
        UserRoles.IsAdmin(user.Roles) && user.Status == UserStatus.Active
        && !await db.Set<User>().AnyAsync(
            row => row.Id != user.Id && row.DisabledAt == null && row.InvitedAt == null && (row.Roles.Contains(UserRoles.Admin) || row.Roles.Contains(UserRoles.PlatformAdmin)),
            cancellationToken);

    private static AuditFields? Describe(User user) => AuditFields.Of(
        new Dictionary<string, string> { ["status"] = user.Status.ToName(), ["roles"] = string.Join(' ', user.Roles), ["groups"] = string.Join(' ', user.Groups) });

    private static string Target(User user) => $"user/{user.Id}";
}
