using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users.Imports;

/// <summary>A tenant's files of people: taken in one commit, and looked at.</summary>
public sealed class UserImportStore(TenantStore store, AuditLog audit, Ids ids, TimeProvider time)
{
    /// <summary>Files of one tenant that are not worked yet.</summary>
    public const int MaxOpen = 5;

    /// <summary>The job; null where too many of the tenant's wait already.</summary>
    public Task<Guid?> AddAsync(Caller caller, IReadOnlyList<(int Line, UserInput? Input, UserIssue? Issue)> rows, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            await UserEditor.LockAsync(db, caller.Tenant, token);
            if (await db.Set<UserImport>().CountAsync(import => import.EndedAt == null, token) >= MaxOpen)
                return default(Guid?);
            var (now, rejected) = (time.GetUtcNow(), rows.Count(row => row.Issue is not null));
            var import = new UserImport
            {
                Id = ids.Next(),
                TenantId = caller.Tenant,
                ByKind = caller.Kind,
                ById = caller.Id,
                ByRoles = [.. caller.Roles],
                Rows = rows.Count,
                Rejected = rejected,
                CreatedAt = now,
                NextAt = now,
            };
            db.Add(import);
            db.AddRange(rows.Select(row => RowOf(import, row)));
            audit.Record(db, caller, "user_import.created", $"user-import/{import.Id}");
            await db.SaveChangesAsync(token);
            return import.Id;
        },
        cancellationToken);

    public Task<UserImport?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant, (db, token) => db.Set<UserImport>().AsNoTracking().SingleOrDefaultAsync(import => import.Id == id, token), cancellationToken);

    /// <summary>What became of the rows, in the order of the file; null where there is no such job.</summary>
    /// <param name="after">The line after which to begin.</param>
    public Task<IReadOnlyList<UserImportRow>?> RowsAsync(TenantId tenant, Guid id, int after, int max, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) => await db.Set<UserImport>().AnyAsync(import => import.Id == id, token)
            ? (IReadOnlyList<UserImportRow>?)await db.Set<UserImportRow>().AsNoTracking().Where(row => row.ImportId == id && row.Line > after).OrderBy(row => row.Line).Take(max).ToListAsync(token)
            : null,
        cancellationToken);

    private static UserImportRow RowOf(UserImport import, (int Line, UserInput? Input, UserIssue? Issue) row) => new()
    {
        TenantId = import.TenantId,
        ImportId = import.Id,
        Line = row.Line,
        Email = row.Input?.Email,
        Name = row.Input?.Name,
        UserId = row.Input?.UserId,
        Roles = [.. row.Input?.Roles?.OfType<string>() ?? []],
        Groups = [.. row.Input?.Groups?.OfType<string>() ?? []],
        State = row.Issue is null ? UserImportState.Waiting : UserImportState.Rejected,
        Field = row.Issue?.Pointer.TrimStart('/'),
        Code = row.Issue?.Code,
        Message = row.Issue?.Message,
    };
}
