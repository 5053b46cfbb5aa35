using NotificationService.Host.Api.Inbox;
using NotificationService.Inbox;
using NotificationService.Realtime;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Realtime;

/// <summary>An event as clients receive it, whatever carries it.</summary>
/// <param name="Type">Such as <c>notification.created</c>.</param>
/// <param name="Id">What a client gives back to go on from here.</param>
/// <param name="Data">JSON in UTF-8, on one line.</param>
public readonly record struct StreamEnvelope(string Type, string Id, byte[] Data)
{
    public const string Created = "notification.created";
    public const string Updated = "notification.updated";
    public const string Deleted = "notification.deleted";
    public const string CountChanged = "unread_count.changed";
    public const string Reset = "reset";
    public const string AtPosition = "position";

    /// <summary>Null where there is nothing to say.</summary>
    public static StreamEnvelope? Of(StreamMessage message) => message switch
    {
        StreamMessage.Item { Value: { Status: InboxStatus.Deleted } item } => new(Deleted, Position(message), ReadableJson.Utf8(new DeletedItemEvent(item.Id, item.Version), StreamsJson.Default.DeletedItemEvent)),
        StreamMessage.Item { Value: var item } => new(item.HasJustArrived ? Created : Updated, Position(message), ReadableJson.Utf8(InboxItemResponse.Of(item), InboxJson.Default.InboxItemResponse)),
        StreamMessage.Counts { Value: var counts } => new(CountChanged, Position(message), ReadableJson.Utf8(InboxCountsResponse.Of(counts), InboxJson.Default.InboxCountsResponse)),
        StreamMessage.Published { Event: var published } => new(published.Type, Position(message), published.Data),
        StreamMessage.Typing typing => new(TypingSignals.EventType, Position(message), typing.Data),
        StreamMessage.Reset => new(Reset, Position(message), "{}"u8.ToArray()),
        StreamMessage.Idle => null,
        _ => throw new InvalidOperationException("a closed set"),
    };

    /// <summary>Says nothing but how far the client has come.</summary>
    public static StreamEnvelope OfPosition(StreamMessage message) => new(AtPosition, Position(message), "{}"u8.ToArray());

    private static string Position(StreamMessage message) => message.Position.ToString();
}
