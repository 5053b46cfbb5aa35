namespace NotificationService.Tenants;

/// <summary>What a tenant may do at all.</summary>
public enum TenantStatus
{
    Active,

    /// <summary>Its people may read; it sends nothing, and what is queued waits.</summary>
    Suspended,

    /// <summary>There is no such tenant, or not any more.</summary>
    Gone,
}
