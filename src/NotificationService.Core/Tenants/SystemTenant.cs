namespace NotificationService.Tenants;

/// <summary>The platform's own tenant: what the service itself writes to people is sent from it, never from a customer's. Nobody registers it.</summary>
public static class SystemTenant
{
    public const string Key = "system";

    public const string Name = "System";

    /// <summary>The same in every database.</summary>
    public static TenantId Id { get; } = new(new Guid("01900000-0000-7000-8000-000000000002"));
}
