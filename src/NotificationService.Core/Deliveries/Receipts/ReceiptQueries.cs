using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Receipts as people look at them: above all those that no delivery was found for.</summary>
public sealed class ReceiptQueries(TenantStore store)
{
    /// <summary>Numbered pages end there and count no further; a walk by cursor reaches everything.</summary>
    public const int Window = 10_000;

    /// <summary>Those of one state, the newest first.</summary>
    public Task<IReadOnlyList<ReceiptRow>> ListAsync(
        TenantId tenant, ReceiptState state, Guid? provider, Guid? before, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var rows = db.Set<ReceiptRow>().AsNoTracking().Where(row => row.State == state && (provider == null || row.ProviderId == provider));
            if (before is { } older)
                rows = rows.Where(row => row.Id < older);
            return (IReadOnlyList<ReceiptRow>)await rows.OrderByDescending(row => row.Id).Skip(skip).Take(Math.Max(0, Math.Min(take, Window - skip))).ToListAsync(token);
        },
        cancellationToken);

    /// <summary>How many of one state there are; of very many one more than the window.</summary>
    public Task<int> CountAsync(TenantId tenant, ReceiptState state, Guid? provider, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        (db, token) => db.Set<ReceiptRow>().Where(row => row.State == state && (provider == null || row.ProviderId == provider)).Take(Window + 1).CountAsync(token),
        cancellationToken);
}
