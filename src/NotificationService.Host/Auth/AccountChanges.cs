using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using NotificationService.Notices;
using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Users;

namespace NotificationService.Host.Auth;

/// <summary>What people change of their own account, by a link that was sent to them or by their password. Each change is noted and, where it matters, written about.</summary>
public sealed class AccountChanges(
    TenantStore store, OneTimeTokens tokens, SignIns signIns, SignInPlaces places, AccountMail mail, AuditLog audit, IPasswordHasher<User> hasher, HashingLimiter limiter, TimeProvider time)
{
    /// <summary>The address is the person's: the present one, or the one that was to become it.</summary>
    public async Task<AccountChange> ConfirmEmailAsync(string? text, CancellationToken cancellationToken)
    {
        var token = OneTimeToken.Read(text);
        try
        {
            return await store.RunAsync(
                token.Tenant,
                async (db, cancellation) =>
                {
                    if (await tokens.UseAsync(db, token, OneTimeTokenKind.ConfirmEmail, OneTimeTokenKind.ChangeEmail, cancellation) is not { } used
                        || await ActiveAsync(db, used.AccountId, cancellation) is not { } user)
                        return AccountChange.TokenRefused;
                    if (used.Email is { } email)
                        (user.Email, user.NormalizedEmail) = (email, IdentityUserStore.Normalize(email));
                    Confirm(user);
                    audit.RecordSystem(db, token.Tenant, used.Email is null ? "user.email_confirmed" : "user.email_changed", $"user/{user.Id}");
                    await db.SaveChangesAsync(cancellation);
                    return AccountChange.Done;
                },
                cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFailures.Of(exception) is DatabaseFailure.BadData)
        {
            // Another account of the tenant has the address by now.
            return AccountChange.AddressTaken;
        }
    }

    /// <summary>Chooses a new password by a link. Every sign-in ends. Nothing is hashed for a token that is not good.</summary>
    public async Task<AccountChange> ResetPasswordAsync(string? text, string password, IPAddress? address, string? locale, CancellationToken cancellationToken)
    {
        var token = OneTimeToken.Read(text);
        if (await FindAsync(token, OneTimeTokenKind.ResetPassword, cancellationToken) is not { } found)
            return AccountChange.TokenRefused;
        var hash = await HashAsync(found, password, address, cancellationToken);
        return await store.RunAsync(
            token.Tenant,
            async (db, cancellation) =>
            {
                if (await tokens.UseAsync(db, token, OneTimeTokenKind.ResetPassword, or: null, cancellation) is not { } used
                    || await ActiveAsync(db, used.AccountId, cancellation) is not { } user)
                    return AccountChange.TokenRefused;
                Confirm(user);
                await SetPasswordAsync(db, user, hash, except: null, locale, cancellation);
                audit.RecordSystem(db, token.Tenant, "user.password_reset", $"user/{user.Id}");
                await db.SaveChangesAsync(cancellation);
                return AccountChange.Done;
            },
            cancellationToken);
    }

    /// <summary>Accepts an invitation; null when the token is not good. Without a password the person signs in by an outside identity provider.</summary>
    public async Task<(User User, RefreshToken Token)?> AcceptInvitationAsync(
        string? text, string? name, string? password, IPAddress? address, ClientPlace place, bool isCookie, CancellationToken cancellationToken)
    {
        var token = OneTimeToken.Read(text);
        if (await FindAsync(token, OneTimeTokenKind.AcceptInvitation, cancellationToken) is not { } found)
            return null;
        var hash = password is null ? null : await HashAsync(found, password, address, cancellationToken);
        return await store.RunAsync<(User, RefreshToken)?>(
            token.Tenant,
            async (db, cancellation) =>
            {
                if (await tokens.UseAsync(db, token, OneTimeTokenKind.AcceptInvitation, or: null, cancellation) is not { } used
                    || await ActiveAsync(db, used.AccountId, cancellation) is not { } user)
                    return null;
                (user.Name, user.PasswordHash, user.InvitedAt) = (name ?? user.Name, hash ?? user.PasswordHash, null);
                Confirm(user);
                audit.RecordSystem(db, token.Tenant, "user.invitation_accepted", $"user/{user.Id}");
                await db.SaveChangesAsync(cancellation);
                return (user, await places.BeginAsync(db, user, place, isCookie, cancellation));
            },
            cancellationToken);
    }

    /// <summary>After the present password was shown. Every sign-in ends but the one that it was asked in.</summary>
    public async Task ChangePasswordAsync(Caller by, User user, Guid? signIn, string password, IPAddress? address, string? locale, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(user, password, address, cancellationToken);
        await ChangeAsync(
            by,
            async (db, row, cancellation) =>
            {
                await SetPasswordAsync(db, row, hash, signIn, locale, cancellation);
                audit.Record(db, by, "user.password_changed", $"user/{row.Id}");
            },
            cancellationToken);
    }

    /// <summary>After the password was shown: the new address is to confirm it, and the present one hears of it.</summary>
    public Task ChangeEmailAsync(Caller by, string email, string? locale, CancellationToken cancellationToken) => ChangeAsync(
        by,
        async (db, user, cancellation) =>
        {
            if (!await mail.SendLinkAsync(db, user, OneTimeTokenKind.ChangeEmail, email.Trim(), locale, cancellation))
                return;
            await mail.SendAsync(db, user, SystemTemplates.EmailChanged, locale, FrozenDictionary<string, string>.Empty, cancellation);
            audit.Record(db, by, "user.email_change_asked", $"user/{user.Id}");
        },
        cancellationToken);

    /// <summary>Sends the link once more to who has not confirmed.</summary>
    public Task ResendConfirmationAsync(Caller by, string? locale, CancellationToken cancellationToken) => ChangeAsync(
        by,
        (db, user, cancellation) => user.EmailConfirmedAt is null ? mail.SendLinkAsync(db, user, OneTimeTokenKind.ConfirmEmail, email: null, locale, cancellation) : Task.CompletedTask,
        cancellationToken);

    /// <summary>The caller's own row; null when it is gone or disabled.</summary>
    public Task<User?> FindAsync(Caller caller, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        (db, cancellation) => db.Set<User>().AsNoTracking().SingleOrDefaultAsync(user => user.Id == caller.Id && user.DisabledAt == null, cancellation),
        cancellationToken);

    private Task<User?> FindAsync(OneTimeToken token, OneTimeTokenKind kind, CancellationToken cancellationToken) => store.RunAsync(
        token.Tenant,
        async (db, cancellation) =>
        {
            var found = await tokens.FindAsync(db, token, kind, or: null, cancellation);
            var account = found?.AccountId ?? Guid.Empty;
            return await db.Set<User>().AsNoTracking().SingleOrDefaultAsync(user => user.Id == account && user.DisabledAt == null, cancellation);
        },
        cancellationToken);

    private static Task<User?> ActiveAsync(NotificationDbContext db, Guid account, CancellationToken cancellationToken) =>
        db.Set<User>().SingleOrDefaultAsync(user => user.Id == account && user.DisabledAt == null, cancellationToken);

    private void Confirm(User user) => (user.EmailConfirmedAt, user.SignInOrder) = (user.EmailConfirmedAt ?? time.GetUtcNow(), User.First);

    private async Task SetPasswordAsync(NotificationDbContext db, User user, string hash, Guid? except, string? locale, CancellationToken cancellationToken)
    {
        (user.PasswordHash, user.SecurityStamp) = (hash, NewUser.Stamp());
        await signIns.EndAllAsync(db, user, except, cancellationToken);
        await mail.SendAsync(db, user, SystemTemplates.PasswordChanged, locale, FrozenDictionary<string, string>.Empty, cancellationToken);
    }

    private Task<string> HashAsync(User user, string password, IPAddress? address, CancellationToken cancellationToken) =>
        limiter.MakeAsync(RateLimiter.SubjectOf(address), () => Task.FromResult(hasher.HashPassword(user, password)), cancellationToken);

    private Task<int> ChangeAsync(Caller by, Func<NotificationDbContext, User, CancellationToken, Task> change, CancellationToken cancellationToken) => store.RunAsync(
        by.Tenant,
        async (db, cancellation) =>
        {
            if (await ActiveAsync(db, by.Id, cancellation) is { } user)
                await change(db, user, cancellation);
            return await db.SaveChangesAsync(cancellation);
        },
        cancellationToken);
}

/// <summary>What came of a change by a link.</summary>
public enum AccountChange
{
    Done,

    /// <summary>Unknown, expired, used, replaced by a newer one, of another kind, or of somebody disabled: all are answered alike.</summary>
    TokenRefused,

    /// <summary>Another account of the tenant has the address.</summary>
    AddressTaken,
}
