using NotificationService.Settings;

namespace NotificationService.Deliveries;

/// <summary><c>Notification:Delivery:*</c>.</summary>
public sealed class DeliveryOptions
{
    public const string Section = "Notification:Delivery";

    /// <summary>Provider calls in flight at once, per process.</summary>
    [Bounds(1, 5_000)]
    public int Concurrency { get; init; } = 200;

    /// <summary>How long a claim holds a delivery, by the database's clock.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one provider call may take in all, connecting included.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>What is kept for writing a result after the longest call.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan CompletionAllowance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a worker looks for work that no signal announced.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often what the dead held is taken back.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan RescueEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most rows of one claim.</summary>
    [Bounds(1, 5_000)]
    public int ClaimSize { get; init; } = 256;

    /// <summary>How long a written result waits for company.</summary>
    [Bounds("00:00:00", "00:00:10")]
    public TimeSpan CompletionLinger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long finished work is kept before its month is dropped. Zero keeps it for ever.</summary>
    [Bounds("00:00:00", Zero = "for ever")]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>What a lease must still hold for a call to begin.</summary>
    internal TimeSpan LongestCall => CallTimeout + CompletionAllowance;

    /// <summary>Everything wrong with the combination; a service with any of it does not start.</summary>
    public IEnumerable<string> Errors()
    {
        if (Lease <= CallTimeout + CompletionAllowance)
            yield return $"Notification__Delivery__Lease ({Lease}) must be longer than CallTimeout + CompletionAllowance ({CallTimeout + CompletionAllowance}), or a slow call outlives its lease";
    }
}
