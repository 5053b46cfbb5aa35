using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>Which user somebody is whom an outside issuer has signed in.</summary>
public sealed class OutsidePeople(TenantStore store, OneTimeTokens tokens, AuditLog audit, TimeProvider time)
{
    /// <summary>
    /// The user by issuer and subject. Who is not known yet and comes with the verified address of an invitation takes it, once, and its link ends. Who has the address of a
    /// disabled user is that one. Null: no row here is about this person.
    /// </summary>
    /// <param name="tenant">Whose user it would be.</param>
    /// <param name="issuer">As it spells itself.</param>
    /// <param name="subject">The person, as the issuer knows it.</param>
    /// <param name="normalizedEmail">The address, if the issuer has verified it.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<User?> FindAsync(TenantId tenant, string issuer, string subject, string? normalizedEmail, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RunAsync(tenant, (db, cancellation) => FindAsync(db, tenant, issuer, subject, normalizedEmail, cancellation), cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFailures.Of(exception) is DatabaseFailure.BadData)
        {
            // Somebody took the invitation at the same moment: this person's other token, or another person.
            return await store.RunAsync(tenant, (db, cancellation) => KnownAsync(db, issuer, subject, cancellation), cancellationToken);
        }
    }

    private async Task<User?> FindAsync(NotificationDbContext db, TenantId tenant, string issuer, string subject, string? normalizedEmail, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(db, issuer, subject, cancellationToken);
        if (known is not null || normalizedEmail is null)
            return known;
        if (await db.Set<User>().SingleOrDefaultAsync(user => user.NormalizedEmail == normalizedEmail, cancellationToken) is not { } addressed)
            return null;
        if (addressed.DisabledAt is not null)
            return addressed;
        if (!MayBeTaken(addressed) || await db.Set<OutsidePerson>().AnyAsync(person => person.AccountId == addressed.Id, cancellationToken))
            return null;
        // First the invitation's link, as who accepts by it does: of the two the second finds that it is too late.
        await tokens.EndAsync(db, addressed.Id, OneTimeTokenKind.AcceptInvitation, cancellationToken);
        await db.Entry(addressed).ReloadAsync(cancellationToken);
        if (!MayBeTaken(addressed))
            return null;
        var now = time.GetUtcNow();
        db.Add(new OutsidePerson { TenantId = tenant, Issuer = issuer, Subject = subject, AccountId = addressed.Id, CreatedAt = now });
        (addressed.SignedInAt, addressed.InvitedAt) = (addressed.SignedInAt ?? now, null);
        audit.RecordSystem(db, tenant, "user.linked", $"user/{addressed.Id}", new Dictionary<string, string>(StringComparer.Ordinal) { ["issuer"] = issuer });
        await db.SaveChangesAsync(cancellationToken);
        return addressed;
    }

    /// <summary>An open invitation, or one that was accepted by its link without a password, for who is to sign in elsewhere.</summary>
    private static bool MayBeTaken(User user) => user is { DisabledAt: null, PasswordHash: null } and ({ InvitedAt: not null } or { EmailConfirmedAt: not null });

    private static Task<User?> KnownAsync(NotificationDbContext db, string issuer, string subject, CancellationToken cancellationToken) =>
        (from person in db.Set<OutsidePerson>()
         join user in db.Set<User>() on new { person.TenantId, Id = person.AccountId } equals new { user.TenantId, user.Id }
         where person.Issuer == issuer && person.Subject == subject
         select user).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
}
