namespace NotificationService.Webhooks;

/// <summary>Section <c>Notification:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Notification:Webhooks";

    /// <summary>How long a connection may take to be made; within <see cref="CallTimeout"/>.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The whole of one call: connecting, sending, and all that is read of the response.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection serves before the endpoint's name is looked up, and its address judged, anew.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A PEM file of certificate authorities that receivers' certificates may come from besides the system's.</summary>
    public string? TrustedRoots { get; set; }

    /// <summary>Calls in flight at once, per process, to endpoints that answer in time. 1–5,000.</summary>
    public int Concurrency { get; set; } = 256;

    /// <summary>Calls in flight besides, per process, to endpoints that take long or hang. 1–5,000.</summary>
    public int SlowConcurrency { get; set; } = 128;

    /// <summary>The most calls in flight to one endpoint, per process. 1–1,000.</summary>
    public int ConcurrencyPerEndpoint { get; set; } = 32;

    /// <summary>How long a claim holds a message.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long messages and their attempts are kept after they ended.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>An endpoint of which nothing else is seen for so long than failure is disabled.</summary>
    internal static readonly TimeSpan DisabledAfter = TimeSpan.FromDays(5);

    /// <summary>A message that was called with more often is not sent again, by nobody's hand.</summary>
    internal const int MaxAttemptsEver = 1000;

    /// <summary>What is kept of a lease for claiming and for writing an outcome.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(5);

    /// <summary>Everything wrong with the combination; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (ConnectTimeout <= TimeSpan.Zero || CallTimeout < ConnectTimeout)
            errors.Add($"{Section}:ConnectTimeout must be greater than zero and at most CallTimeout");
        if (ConnectionLifetime <= TimeSpan.Zero || ConnectionLifetime > TimeSpan.FromMinutes(10))
            errors.Add($"{Section}:ConnectionLifetime must be greater than zero and at most ten minutes");
        if (Lease < CallTimeout + Allowance)
            errors.Add($"{Section}:Lease ({Lease}) must be at least CallTimeout + {Allowance}, or a slow call outlives its lease");
        if (Concurrency is < 1 or > 5000 || SlowConcurrency is < 1 or > 5000)
            errors.Add($"{Section}:Concurrency and SlowConcurrency must be 1 to 5000");
        if (ConcurrencyPerEndpoint is < 1 or > 1000)
            errors.Add($"{Section}:ConcurrencyPerEndpoint must be 1 to 1000");
        if (Retention < TimeSpan.FromDays(2))
            errors.Add($"{Section}:Retention must be at least two days: the last try of a message is more than a day after the first");
        return errors;
    }
}
