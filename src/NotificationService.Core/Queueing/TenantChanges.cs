using NotificationService.Tenants;

namespace NotificationService.Queueing;

/// <summary>
/// Says in every process that something of one tenant changed, as soon as the change is committed. Losing it changes nothing but the delay: whoever
/// keeps something in memory looks again by itself.
/// </summary>
public sealed class TenantChanges
{
    /// <summary>The NOTIFY channel on which statements show that a tenant's providers changed; the payload is the tenant's id.</summary>
    public const string Providers = "notification_providers";

    private Action<TenantId>? listeners;

    /// <param name="listener">Called on the connection that hears it: quick, and without exceptions.</param>
    public void Subscribe(Action<TenantId> listener) => listeners += listener;

    public void Hear(string payload)
    {
        if (Guid.TryParse(payload, out var tenant))
            listeners?.Invoke(new TenantId(tenant));
    }
}
