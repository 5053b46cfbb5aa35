using NotificationService.Settings;

namespace NotificationService.Tenants;

/// <summary><c>Notification:Retention:*</c>: how long is kept what is neither a notification nor a webhook message.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Notification:Retention";

    /// <summary>What the sandbox was given, rendered, with its addresses.</summary>
    [Bounds("01:00:00", Zero = "for ever")]
    public TimeSpan SandboxMessages { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long after a tenant was given up it is looked for what was under way then: longer than any request takes.</summary>
    [Bounds("00:00:01", "1.00:00:00")]
    public TimeSpan ErasureSettles { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Who did what.</summary>
    [Bounds("30.00:00:00", Zero = "for ever")]
    public TimeSpan AuditLog { get; init; } = TimeSpan.FromDays(400);
}
