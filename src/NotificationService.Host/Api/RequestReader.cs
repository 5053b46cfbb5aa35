using NotificationService.Batches;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Api.Realtime;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;
using NotificationService.Realtime;

namespace NotificationService.Host.Api;

/// <summary>Reads bodies that did not come over HTTP as if they had.</summary>
internal sealed class RequestReader : IRequestReader
{
    public (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.Json.MaxBytes)
            return (null, Problems.IssuesOf(BodyReader.TooLarge(BodyPolicy.Json.MaxBytes)));
        return JsonBody.Parse(utf8, NotificationsJson.Default.SendNotificationRequest).TryGet(out var request, out var refusal)
            ? request.To is null ? (request.ToRequest(), []) : (null, [ToTopics])
            : (null, Problems.IssuesOf(refusal));
    }

    private static RequestIssue ToTopics { get; } = new("/to", "not_supported", "What goes to topics is sent by the API.");

    public (EventPublication? Publication, IReadOnlyList<RequestIssue> Issues) ReadPublish(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.Event.MaxBytes)
            return (null, Problems.IssuesOf(BodyReader.TooLarge(BodyPolicy.Event.MaxBytes)));
        if (!JsonBody.Parse(utf8, ServiceEventsJson.Default.ServiceEventRequest).TryGet(out var request, out var refusal))
            return (null, Problems.IssuesOf(refusal));
        var (publication, errors) = request.Check();
        return (publication, publication is null ? Problems.IssuesOf(Problems.Validation(errors)) : []);
    }

    public (BatchOpening? Opening, IReadOnlyList<RequestIssue> Issues) ReadBatch(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.MaxBatchBytes)
            return (null, Problems.IssuesOf(BodyReader.TooLarge(BodyPolicy.MaxBatchBytes)));
        var (body, head, wrong) = BatchReading.Opening(utf8);
        return body is null || head is null
            ? (null, Problems.IssuesOf(wrong ?? Problems.OfStatus(400)))
            : (new BatchOpening(head.Reference, body.Head, BatchReading.ChunkOf(BatchChunk.Opening, body, head), head.Final), []);
    }
}
