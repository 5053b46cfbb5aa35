using NotificationService.Settings;

namespace NotificationService.Providers;

/// <summary>Section <c>Notification:Providers</c>: what one process allows itself towards vendors.</summary>
public sealed class ProviderOptions
{
    public const string Section = "Notification:Providers";

    /// <summary>Connections to one vendor for one configured provider.</summary>
    [Bounds(1, 100_000)]
    public int MaxConnectionsPerServer { get; set; } = 512;

    /// <summary>Connections to one SMTP server for one configured provider; servers commonly refuse more than a few dozen.</summary>
    [Bounds(1, 10_000)]
    public int MaxSmtpConnections { get; set; } = 20;

    /// <summary>How mail servers learn who connects (EHLO); the public address's host by default.</summary>
    public string? SmtpName { get; set; }

    /// <summary>How long a connection may take to be made; within the deadline of the call.</summary>
    [Bounds("00:00:00.001", "1.00:00:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A PEM file of certificate authorities that vendors' and mail servers' certificates may come from besides the system's.</summary>
    public string? TrustedRoots { get; set; }
}
