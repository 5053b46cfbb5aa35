namespace NotificationService.Host.Observability;

/// <summary><c>Notification:RequestLog:*</c>: the line that each request leaves in the log.</summary>
public sealed class RequestLogOptions
{
    public const string Section = "Notification:RequestLog";

    /// <summary>Whether there is one.</summary>
    public bool Enabled { get; init; } = true;
}
