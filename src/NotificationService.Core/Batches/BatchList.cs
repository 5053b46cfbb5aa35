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
    internal static readonly Statement List = Statement.Load("batches_list");
    private static readonly Column Id = List.Column("id");
    private static readonly Statement Count = Statement.Load("batches_count");
    private static readonly Column Total = Count.Column("total");

    public Task<PageResult<Batch>> ListAsync(TenantId tenant, BatchFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        new ListWalk(database, tenant, filter.Live, (short?)filter.Status, filter.Since)
            .PageAsync(List, Total, page, static row => BatchStore.Read(row.GetGuid(Id), row), static batch => batch.Id, cancellationToken);
}
