namespace NotificationService.Storage;

/// <summary>The schema is one that this build cannot bring up to date; the message is one sentence that says what to do.</summary>
public sealed class SchemaException(string message) : Exception(message);
