using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>What somebody of the platform does to another tenant stands in that tenant's log and in that of their own, both or neither.</summary>
public static class BothLogs
{
    /// <param name="audit">The logs.</param>
    /// <param name="db">Work under the scope of the tenant that it is done to; it goes on under that of the caller's.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="tenant">To whom.</param>
    /// <param name="action">What.</param>
    /// <param name="detail">What else a reader will want to know.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RecordAsync(
        AuditLog audit, NotificationDbContext db, Caller caller, TenantId tenant, string action, Dictionary<string, string> detail, CancellationToken cancellationToken)
    {
        audit.Record(db, AuditActor.OfPlatform(tenant, caller.Id, caller.Tenant), action, $"tenant/{tenant}", before: null, AuditFields.Of(detail));
        await db.SaveChangesAsync(cancellationToken);
        await TenantStore.ScopeAsync(db, caller.Tenant, cancellationToken);
        audit.Record(db, caller, action, $"tenant/{tenant}", detail);
        await db.SaveChangesAsync(cancellationToken);
    }
}
