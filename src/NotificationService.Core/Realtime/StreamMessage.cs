using NotificationService.Inbox;

namespace NotificationService.Realtime;

/// <summary>What a stream brings its client. A closed set.</summary>
/// <param name="Position">How far the client has come with it.</param>
public abstract record StreamMessage(StreamPosition Position)
{
    /// <summary>An item of the inbox is new, or was changed or deleted; as it is now.</summary>
    public sealed record Item(StreamPosition Position, InboxItem Value) : StreamMessage(Position);

    /// <summary>How much waits in the inbox.</summary>
    public sealed record Counts(StreamPosition Position, InboxCounts Value) : StreamMessage(Position);

    /// <summary>A backend published something.</summary>
    public sealed record Published(StreamPosition Position, RealtimeEvent Event) : StreamMessage(Position);

    /// <summary>Somebody types. It is no place to go on from.</summary>
    /// <param name="Data">JSON in UTF-8.</param>
    public sealed record Typing(StreamPosition Position, byte[] Data) : StreamMessage(Position);

    /// <summary>What the client missed is no longer known: it has to load anew what it shows.</summary>
    public sealed record Reset(StreamPosition Position) : StreamMessage(Position);

    /// <summary>Nothing happened for a while.</summary>
    public sealed record Idle(StreamPosition Position) : StreamMessage(Position);
}
