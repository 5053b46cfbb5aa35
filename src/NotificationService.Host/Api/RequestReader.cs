using NotificationService.Batches;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Reads bodies that did not come over HTTP as if they had.</summary>
internal sealed class RequestReader : IRequestReader
{
    public (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.Json.MaxBytes)
            return (null, Problems.IssuesOf(BodyReader.TooLarge(BodyPolicy.Json.MaxBytes)));
        return JsonBody.Parse(utf8, NotificationsJson.Default.SendNotificationRequest).TryGet(out var request, out var refusal)
            ? (request.ToRequest(), [])
            : (null, Problems.IssuesOf(refusal));
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
