namespace NotificationService.Webhooks;

/// <summary>Section <c>Notification:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Notification:Webhooks";

    /// <summary>How long a connection may take to be made; within <see cref="CallTimeout"/>.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The whole of one call: connecting, sending, and all that is read of the answer.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A PEM file of certificate authorities that receivers' certificates may come from besides the system's.</summary>
    public string? TrustedRoots { get; set; }
}
