using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Batches;

/// <summary>Which batches are wanted; what is null does not matter.</summary>
/// <param name="Since">Opened at this time or later.</param>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record BatchFilter(BatchStatus? Status, DateTimeOffset? Since, bool? Live);

/// <summary>Lists a tenant's batches, the newest first; bulk jobs have a list of their own. However many there are, a page walks one index as far as it goes.</summary>
public sealed class BatchList(Database database)
{
    private static readonly string List = SqlText.Statement("batches_list");
    private static readonly string Count = SqlText.Statement("batches_count");

    public Task<IReadOnlyList<Batch>> ListAsync(TenantId tenant, BatchFilter filter, Guid? after, int offset, int take, CancellationToken cancellationToken) =>
        Walk(tenant, filter).ListAsync(List, after, offset, take, static row => BatchStore.Read(row.GetGuid(9), row), cancellationToken);

    /// <summary>How many there are, or one more than numbered pages reach.</summary>
    public Task<long> CountAsync(TenantId tenant, BatchFilter filter, CancellationToken cancellationToken) => Walk(tenant, filter).CountAsync(Count, cancellationToken);

    private ListWalk Walk(TenantId tenant, BatchFilter filter) => new(database, tenant, filter.Live, (short?)filter.Status, filter.Since);
}
