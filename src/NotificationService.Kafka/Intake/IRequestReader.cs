using NotificationService.Batches;
using NotificationService.Notifications;
using NotificationService.Realtime;

namespace NotificationService.Kafka.Intake;

/// <summary>Port: reads the bodies of the API's calls. The API itself stands behind it, so that a body is read alike whichever way it comes.</summary>
public interface IRequestReader
{
    /// <summary>The body of <c>POST /notifications/send</c>, or what is wrong with it.</summary>
    (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8);

    /// <summary>The body of <c>POST /notifications/send-batch</c>, or what is wrong with it besides its items.</summary>
    (BatchOpening? Opening, IReadOnlyList<RequestIssue> Issues) ReadBatch(ReadOnlyMemory<byte> utf8);

    /// <summary>The body of <c>POST /services/events</c>, or what is wrong with it.</summary>
    (EventPublication? Publication, IReadOnlyList<RequestIssue> Issues) ReadPublish(ReadOnlyMemory<byte> utf8);
}

/// <summary>What opens a batch.</summary>
/// <param name="Shared">What stands once for all items: JSON in UTF-8.</param>
/// <param name="IsFinal">No chunk follows.</param>
public sealed record BatchOpening(string? Reference, ReadOnlyMemory<byte> Shared, BatchChunk First, bool IsFinal);
