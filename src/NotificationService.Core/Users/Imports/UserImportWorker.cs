using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users.Imports;

/// <summary>
/// Works the rows of a file of people, some in each transaction: a person, the invitation and what became of the row are committed together. Dies before the commit: nothing of
/// these rows exists, and they are taken again. What fails again and again is tried row by row, and at last given up.
/// </summary>
internal sealed class UserImportWorker(TenantStore store, TenantSettingsCache tenants, UserEditor editor, TimeProvider time, ILogger<UserImportWorker> logger)
{
    private const int RowsAtOnce = 50;
    private const int TriesTogether = 2;
    private const int MaxTries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Some rows of a file, or its end.</summary>
    public async Task RunAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        try
        {
            // Of a tenant that is being removed nobody is invited any more.
            var isGone = (await tenants.GetAsync(tenant, cancellationToken)).Status == TenantStatus.Gone;
            await store.RunAsync(tenant, (db, token) => isGone ? EndAsync(db, id, token) : WorkAsync(db, tenant, id, token), cancellationToken);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception) is var failure && !failure.Passes() && failure is not (DatabaseFailure.Cancelled or DatabaseFailure.Disposed))
        {
            logger.RowsFailed(id, Outage.Reason(exception));
            await store.RunAsync(tenant, (db, token) => FailedAsync(db, tenant, id, token), cancellationToken);
        }
    }

    private async Task<int> WorkAsync(NotificationDbContext db, TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        // The tenant's people are changed by one at a time, so that nobody else is at these rows.
        await UserEditor.LockAsync(db, tenant, cancellationToken);
        if (await db.Set<UserImport>().SingleOrDefaultAsync(row => row.Id == id && row.EndedAt == null, cancellationToken) is not { } import)
            return 0;
        var rows = await WaitingAsync(db, id, import.Tries < TriesTogether ? RowsAtOnce : 1, cancellationToken);
        var caller = new Caller(tenant, import.ByKind, import.ById, UserId: null, Live: true, FrozenSet<string>.Empty, import.ByRoles.ToFrozenSet(StringComparer.Ordinal));
        foreach (var row in rows)
            Note(import, row, await editor.InviteAsync(db, caller, new UserInput(row.Email, row.Name, row.UserId, row.Roles, row.Groups), cancellationToken));
        import.NextAt = time.GetUtcNow();
        import.Tries = rows.Count > 0 ? 0 : import.Tries;
        if (rows.Count == 0)
            import.EndedAt = time.GetUtcNow();
        return await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<int> EndAsync(NotificationDbContext db, Guid id, CancellationToken cancellationToken)
    {
        if (await db.Set<UserImport>().SingleOrDefaultAsync(row => row.Id == id && row.EndedAt == null, cancellationToken) is not { } import)
            return 0;
        import.EndedAt = time.GetUtcNow();
        return await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<int> FailedAsync(NotificationDbContext db, TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await UserEditor.LockAsync(db, tenant, cancellationToken);
        if (await db.Set<UserImport>().SingleOrDefaultAsync(row => row.Id == id && row.EndedAt == null, cancellationToken) is not { } import)
            return 0;
        (import.Tries, import.NextAt) = (import.Tries + 1, time.GetUtcNow() + Pause);
        if (import.Tries >= MaxTries && await WaitingAsync(db, id, 1, cancellationToken) is [var row])
        {
            Reject(import, row, new UserIssue("", "row_unworkable", "The service failed at this row again and again; nobody was invited."));
            import.Tries = TriesTogether;
        }

        return await db.SaveChangesAsync(cancellationToken);
    }

    private static Task<List<UserImportRow>> WaitingAsync(NotificationDbContext db, Guid id, int max, CancellationToken cancellationToken) =>
        db.Set<UserImportRow>().Where(row => row.ImportId == id && row.State == UserImportState.Waiting).OrderBy(row => row.Line).Take(max).ToListAsync(cancellationToken);

    private static void Note(UserImport import, UserImportRow row, UserSaved saved)
    {
        if (saved is not UserSaved.Saved { User: var user })
        {
            Reject(import, row, UserIssues.Of(saved)[0]);
            return;
        }

        (row.State, row.AccountId) = (UserImportState.Invited, user.Id);
        Forget(row);
        import.Invited++;
    }

    private static void Reject(UserImport import, UserImportRow row, UserIssue issue)
    {
        (row.State, row.Field, row.Code, row.Message) = (UserImportState.Rejected, issue.Pointer.TrimStart('/'), issue.Code, issue.Message);
        Forget(row);
        import.Rejected++;
    }

    /// <summary>Who was invited is a user now, and who was not is in the file that the caller has.</summary>
    private static void Forget(UserImportRow row) => (row.Email, row.Name, row.UserId) = (null, null, null);
}
