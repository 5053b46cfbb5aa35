using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>Invites people, as many a day as a tenant may.</summary>
public sealed class Invitations(UserOptions options, TimeProvider time)
{
    /// <summary>Counts an invitation of today. The tenant's people are locked, so that nobody else counts at the same moment.</summary>
    /// <returns>Null, or why there can be none.</returns>
    public async Task<UserSaved.TooManyInvitations?> CountAsync(NotificationDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var count = await db.Set<InvitationCount>().SingleOrDefaultAsync(cancellationToken);
        if (count is null)
            db.Add(count = new InvitationCount { TenantId = tenant, Day = today, Sent = 0 });
        if (count.Day != today)
            (count.Day, count.Sent) = (today, 0);
        if (count.Sent >= options.InvitationsPerDay)
            return new UserSaved.TooManyInvitations(options.InvitationsPerDay, now.Date.AddDays(1) - now.UtcDateTime);
        count.Sent++;
        return null;
    }
}
