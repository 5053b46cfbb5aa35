using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>A message that this worker holds, and what it is called with.</summary>
/// <param name="Claims">The fencing token.</param>
/// <param name="Attempts">Calls made so far.</param>
/// <param name="FirstAttempt">Calls made when it was last sent again by hand: its schedule counts from there.</param>
/// <param name="ClaimedAt">By this process's monotonic clock, taken before the claim: the lease ends no sooner than that says.</param>
internal sealed record ClaimedMessage(
    Guid Id, TenantId Tenant, int Claims, Guid Endpoint, string EventId, string Body, short Attempts, short FirstAttempt, long ClaimedAt)
{
    /// <summary>Bodies are a tenant's own.</summary>
    public override string ToString() => $"the webhook message {Id}";
}
