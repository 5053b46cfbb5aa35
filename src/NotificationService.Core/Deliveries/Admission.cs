namespace NotificationService.Deliveries;

/// <summary>What the owner of capacity says of whoever is next at a provider.</summary>
public abstract record Admission
{
    /// <summary>Nobody: none waits for this provider, or the first waits on for a permit.</summary>
    public static readonly Admission Nobody = new None();

    private Admission()
    {
    }

    /// <summary>It has a permit of its provider: for one call, or to be given back.</summary>
    public sealed record Granted(PreparedDelivery Delivery) : Admission;

    /// <summary>It will not get one soon: it goes back to the queue, where another worker or another provider may take it.</summary>
    public sealed record Refused(PreparedDelivery Delivery) : Admission;

    private sealed record None : Admission;
}
