using NotificationService.EventRules;

namespace NotificationService.Kafka.CloudEvents;

/// <summary>What a record is.</summary>
public abstract record EventReading
{
    private EventReading()
    {
    }

    public sealed record Read(IncomingEvent Event) : EventReading;

    /// <summary>It is no CloudEvent that could be taken, and never will be.</summary>
    public sealed record Unreadable(string Code, string Message) : EventReading;
}
