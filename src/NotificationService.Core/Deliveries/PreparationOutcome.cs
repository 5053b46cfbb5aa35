namespace NotificationService.Deliveries;

/// <summary>How the preparation of a claimed delivery ended.</summary>
internal abstract record PreparationOutcome
{
    private PreparationOutcome()
    {
    }

    /// <summary>A provider may be called for it.</summary>
    public sealed record Ready(PreparedDelivery Delivery) : PreparationOutcome;

    /// <summary>No provider is called, and this is to be written.</summary>
    public sealed record Ended(DeliveryResult Result) : PreparationOutcome;

    /// <summary>An error that nobody expected: it is left to its lease, and counted against it when the lease has ended.</summary>
    public sealed record Failed(ClaimedDelivery Delivery) : PreparationOutcome;
}
