using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>Who edits templates, and whose: a caller, or the service itself where it fills a tenant with what it brings.</summary>
public sealed record Author(TenantId Tenant, Caller? Caller)
{
    /// <summary><c>user</c>, <c>service_account</c> or <c>system</c>, as the audit log says it.</summary>
    public string Kind => Caller is null ? "system" : Caller.Kind == CallerKind.User ? "user" : "service_account";

    public Guid? Id => Caller?.Id;

    public static Author FromCaller(Caller caller) => new(caller.Tenant, caller);

    public static Author FromTenantId(TenantId tenant) => new(tenant, null);

    public static implicit operator Author(Caller caller) => FromCaller(caller);

    public static implicit operator Author(TenantId tenant) => FromTenantId(tenant);

    /// <summary>Adds the entry of what they did to the work that does it.</summary>
    internal void Record(AuditLog audit, NotificationDbContext db, string action, string target, AuditFields? before, AuditFields? after) =>
        audit.Record(db, Caller is null ? AuditActor.System(Tenant) : AuditActor.Of(Caller), action, target, before, after);
}
