using System.Text.Json;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Who did what, when. A row is added to the same transaction as what was done, so that there is neither a deed
/// without its row nor a row without its deed. No secrets, bodies or addresses in the detail.
/// </summary>
public sealed class AuditLog(Ids ids, TimeProvider time)
{
    /// <summary>Adds a row for what a caller does; it is stored when the surrounding work saves its changes.</summary>
    /// <param name="db">The work under the caller's tenant.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="action">What, such as <c>template.published</c>.</param>
    /// <param name="target">To what, such as <c>template/welcome</c>.</param>
    /// <param name="detail">What else a reader will want to know.</param>
    public void Record(NotificationDbContext db, Caller caller, string action, string target, IReadOnlyDictionary<string, string>? detail = null) =>
        Add(db, caller.Tenant, caller.Kind == CallerKind.User ? "user" : "service_account", caller.Id, action, target, detail);

    /// <summary>Adds a row for what the service itself does, such as the first admin of a tenant.</summary>
    public void RecordSystem(NotificationDbContext db, TenantId tenant, string action, string target, IReadOnlyDictionary<string, string>? detail = null) =>
        Add(db, tenant, "system", actor: null, action, target, detail);

    private void Add(NotificationDbContext db, TenantId tenant, string kind, Guid? actor, string action, string target, IReadOnlyDictionary<string, string>? detail) =>
        db.Add(new AuditEntry
        {
            Id = ids.Next(),
            TenantId = tenant,
            At = time.GetUtcNow(),
            ActorKind = kind,
            ActorId = actor,
            Action = action,
            Target = target,
            Detail = detail is null ? null : JsonSerializer.Serialize(detail),
        });
}
