using NotificationService.Settings;

namespace NotificationService.Webhooks;

/// <summary>Section <c>Notification:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Notification:Webhooks";

    /// <summary>How long a connection may take to be made; within <see cref="CallTimeout"/>.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The whole of one call: connecting, sending, and all that is read of the response.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection serves before the endpoint's name is looked up, and its address judged, anew.</summary>
    [Bounds("00:00:00.001", "00:10:00")]
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A PEM file of certificate authorities that receivers' certificates may come from besides the system's.</summary>
    public string? TrustedRoots { get; set; }

    /// <summary>Calls in flight at once, per process, to endpoints that answer in time.</summary>
    [Bounds(1, 5_000)]
    public int Concurrency { get; set; } = 256;

    /// <summary>Calls in flight besides, per process, to endpoints that take long or hang.</summary>
    [Bounds(1, 5_000)]
    public int SlowConcurrency { get; set; } = 128;

    /// <summary>The most calls in flight to one endpoint, per process.</summary>
    [Bounds(1, 1_000)]
    public int ConcurrencyPerEndpoint { get; set; } = 32;

    /// <summary>How long a claim holds a message.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long messages and their attempts are kept after they ended. The last try of a message is more than a day after the first.</summary>
    [Bounds("2.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>An endpoint of which nothing else is seen for so long than failure is disabled.</summary>
    internal static readonly TimeSpan DisabledAfter = TimeSpan.FromDays(5);

    /// <summary>A message that was called with more often is not sent again, by nobody's hand.</summary>
    internal const int MaxAttemptsEver = 1000;

    /// <summary>What is kept of a lease for claiming and for writing an outcome.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(5);

    /// <summary>Everything wrong with the combination; a service with any of it does not start.</summary>
    public IEnumerable<string> Errors()
    {
        if (CallTimeout < ConnectTimeout)
            yield return $"Notification__Webhooks__ConnectTimeout ({ConnectTimeout}) must be at most CallTimeout ({CallTimeout})";
        if (Lease < CallTimeout + Allowance)
            yield return $"Notification__Webhooks__Lease ({Lease}) must be at least CallTimeout + {Allowance}, or a slow call outlives its lease";
    }
}
