namespace NotificationService.Tenants;

/// <summary><c>Notification:Retention:*</c>: how long is kept what is neither a notification nor a webhook message.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Notification:Retention";

    private static readonly TimeSpan MinSandbox = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinAudit = TimeSpan.FromDays(30);

    /// <summary>What the sandbox was given, rendered, with its addresses. At least an hour; zero keeps it for ever.</summary>
    public TimeSpan SandboxMessages { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Who did what. At least 30 days; zero keeps it for ever.</summary>
    public TimeSpan AuditLog { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Everything wrong with them; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (SandboxMessages != TimeSpan.Zero && SandboxMessages < MinSandbox)
            errors.Add($"Notification:Retention:SandboxMessages is at least {MinSandbox}, or 00:00:00 for ever");
        if (AuditLog != TimeSpan.Zero && AuditLog < MinAudit)
            errors.Add($"Notification:Retention:AuditLog is at least {MinAudit}, or 00:00:00 for ever");
        return errors;
    }
}
