namespace NotificationService.Host.Configuration;

/// <summary>The process cannot start as it was asked to. The message is one line that says what to change.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
