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
    private const int LongestReference = 200;

    public (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.Json.MaxBytes)
            return (null, BatchHandler.Issues(BodyReader.TooLarge(BodyPolicy.Json.MaxBytes).Value));
        return JsonBody.Parse(utf8, NotificationsJson.Default.SendNotificationRequest).TryGet(out var request, out var refusal)
            ? (request.ToRequest(), [])
            : (null, BatchHandler.Issues(refusal.Value));
    }

    public (BatchOpening? Opening, IReadOnlyList<RequestIssue> Issues) ReadBatch(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BatchHandler.LargestBody)
            return (null, BatchHandler.Issues(BodyReader.TooLarge(BatchHandler.LargestBody).Value));
        var (body, wrong) = BatchBody.Of(utf8);
        if (body is null)
            return (null, BatchHandler.Issues((wrong ?? Problems.OfStatus(400)).Value));
        if (!JsonBody.Parse(body.Head, BatchesJson.Default.OpenBatchRequest).TryGet(out var head, out wrong))
            return (null, BatchHandler.Issues(wrong.Value));
        if (head.Reference is { Length: > LongestReference or 0 })
            return (null, [new RequestIssue("/reference", "text_invalid", $"1 to {LongestReference} characters are expected.")]);
        return (new BatchOpening(head.Reference, body.Head, new BatchChunk(BatchChunk.Opening, BatchHandler.Fingerprint(body), BatchHandler.Items(body, head)), head.Final), []);
    }
}
