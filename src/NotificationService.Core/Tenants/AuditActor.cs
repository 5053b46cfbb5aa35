namespace NotificationService.Tenants;

/// <summary>Who did something. The name is looked up by the database when the entry is stored, where it is not given.</summary>
/// <param name="Tenant">Whose log it stands in.</param>
/// <param name="Kind"><c>user</c>, <c>service_account</c> or <c>system</c>.</param>
/// <param name="Id">The user row or the service account; null for the service itself.</param>
/// <param name="Name">For somebody who is not of the tenant.</param>
public sealed record AuditActor(TenantId Tenant, string Kind, Guid? Id, string? Name = null)
{
    public static AuditActor Of(Caller caller) => caller.Elevation is { Home: var home }
        ? OfPlatform(caller.Tenant, caller.Id, home)
        : new(caller.Tenant, caller.Kind == CallerKind.User ? "user" : "service_account", caller.Id);

    /// <summary>Somebody of another tenant, which the name says: the id is found in that one's users alone.</summary>
    public static AuditActor OfPlatform(TenantId tenant, Guid user, TenantId home) => new(tenant, "user", user, $"platform admin, of tenant {home}");

    public static AuditActor Of(User user) => new(user.TenantId, "user", user.Id);

    public static AuditActor Of(ServiceAccount account) => new(account.TenantId, "service_account", account.Id);

    public static implicit operator AuditActor(Caller caller) => Of(caller);

    /// <summary>The service itself does it, where nobody is named.</summary>
    public static implicit operator AuditActor(TenantId tenant) => System(tenant);

    /// <summary>The service itself, or somebody who has not signed in.</summary>
    public static AuditActor System(TenantId tenant) => new(tenant, "system", null);
}
