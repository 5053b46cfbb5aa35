using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>Where, per priority class, the next claim goes on along the lanes. A walk that reached the end begins anew.</summary>
public sealed class LaneCursors
{
    private static readonly int Classes = Enum.GetValues<Priority>().Length;

    private readonly Guid[] tenants = new Guid[Classes];
    private readonly short[] channels = new short[Classes];

    public Guid[] Tenants => [.. tenants];

    public short[] Channels => [.. channels];

    /// <summary>True when some walk goes on in the middle: what was found is not all there is.</summary>
    public bool AreMidway => tenants.Any(tenant => tenant != Guid.Empty);

    public void Reset()
    {
        tenants.AsSpan().Clear();
        channels.AsSpan().Clear();
    }

    public void GoOnAfter(Priority priority, TenantId tenant, short channel) =>
        (tenants[(int)priority], channels[(int)priority]) = (tenant.Value, channel);
}
