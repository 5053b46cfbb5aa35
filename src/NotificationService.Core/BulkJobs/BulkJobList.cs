using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>Which jobs are wanted; what is null does not matter.</summary>
/// <param name="Since">Uploaded at this time or later.</param>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record BulkJobFilter(BulkJobState? State, DateTimeOffset? Since, bool? Live);

/// <summary>Lists a tenant's jobs, the newest first, without the samples of dry runs. However many there are, a page walks one index as far as it goes.</summary>
public sealed class BulkJobList(Database database)
{
    internal static readonly Statement List = Statement.Load("bulk_jobs_list");
    private static readonly Statement Count = Statement.Load("bulk_jobs_count");
    private static readonly Column Total = Count.Column("total");

    public Task<PageResult<BulkJob>> ListAsync(TenantId tenant, BulkJobFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        new ListWalk(database, tenant, filter.Live, (short?)filter.State, filter.Since)
            .PageAsync(List, Total, page, BulkJobStore.Read, static job => job.Id, cancellationToken);
}
