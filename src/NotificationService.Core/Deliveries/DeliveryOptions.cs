namespace NotificationService.Deliveries;

/// <summary><c>Notification:Delivery:*</c>.</summary>
public sealed class DeliveryOptions
{
    public const string Section = "Notification:Delivery";

    /// <summary>Provider calls in flight at once, per process. 1–5,000.</summary>
    public int Concurrency { get; init; } = 200;

    /// <summary>How long a claim holds a delivery, by the database's clock.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one provider call may take in all, connecting included.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>What is kept for writing a result after the longest call.</summary>
    public TimeSpan CompletionAllowance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a worker looks for work that no signal announced.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often what the dead held is taken back.</summary>
    public TimeSpan RescueEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most rows of one claim.</summary>
    public int ClaimSize { get; init; } = 256;

    /// <summary>How long a written result waits for company.</summary>
    public TimeSpan CompletionLinger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long finished work is kept before its month is dropped. Zero keeps it for ever.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>What a lease must still hold for a call to begin.</summary>
    internal TimeSpan LongestCall => CallTimeout + CompletionAllowance;

    /// <summary>Everything wrong with the combination; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (Lease <= CallTimeout + CompletionAllowance)
            errors.Add($"Notification:Delivery:Lease ({Lease}) must be longer than CallTimeout + CompletionAllowance ({CallTimeout + CompletionAllowance}), or a slow call outlives its lease");
        if (Concurrency is < 1 or > 5000)
            errors.Add("Notification:Delivery:Concurrency must be 1 to 5000");
        if (ClaimSize is < 1 or > 5000)
            errors.Add("Notification:Delivery:ClaimSize must be 1 to 5000");
        if (CallTimeout <= TimeSpan.Zero || CompletionAllowance <= TimeSpan.Zero || Poll <= TimeSpan.Zero || RescueEvery <= TimeSpan.Zero)
            errors.Add("Notification:Delivery times must be greater than zero");
        return errors;
    }
}
