namespace NotificationService.Host.Http.Bodies;

/// <summary>What the body of a kind of call may be, and how slowly it may come.</summary>
/// <param name="MaxBytes">As it comes.</param>
/// <param name="Longest">From the first wait to the last byte, however fast it comes.</param>
/// <param name="MinBytesPerSecond">On average from the first byte on; what was sent fast buys no pause longer than <see cref="Grace"/>.</param>
public sealed record BodyPolicy(int MaxBytes, TimeSpan Longest, int MinBytesPerSecond)
{
    /// <summary>How long a sender may pause.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Of <c>send-batch</c> and <c>send-chunk</c>: 10,000 items of 2.8 KB each.</summary>
    public const int MaxBatchBytes = 28 * 1024 * 1024;

    /// <summary>Of a call that says nothing else.</summary>
    public static BodyPolicy Json { get; } = new(1 << 20, TimeSpan.FromSeconds(30), 1024);

    /// <summary>Of <c>/api/v1/auth/*</c> and <c>/oauth/*</c>: strangers, who have little to say.</summary>
    public static BodyPolicy SignIn { get; } = new(64 * 1024, TimeSpan.FromSeconds(10), 1024);

    /// <summary>Of an event that is published: its data and whom it is for.</summary>
    public static BodyPolicy Event { get; } = new(128 * 1024, TimeSpan.FromSeconds(10), 1024);

    /// <summary>Of what providers report. WhatsApp sends up to 3 MB at once, SendGrid less than one.</summary>
    public static BodyPolicy Callback { get; } = new(4 * 1024 * 1024, TimeSpan.FromSeconds(20), 4 * 1024);
}
