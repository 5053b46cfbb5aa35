using NotificationService.Batches;
using NotificationService.Host.Bodies;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Reads bodies that did not come over HTTP as if they had.</summary>
internal sealed class RequestReader : IRequestReader
{
    private const int LongestReference = 200;

    public (NotificationDraft? Draft, IReadOnlyList<DraftIssue> Issues) ReadSend(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BodyPolicy.Json.MaxBytes)
            return (null, BatchDesk.Issues(BodyReader.TooLarge(BodyPolicy.Json.MaxBytes).Value));
        return JsonBody.Parse(utf8, NotificationsJson.Default.SendNotificationRequest).TryGet(out var request, out var refusal)
            ? (request.ToDraft(), [])
            : (null, BatchDesk.Issues(refusal.Value));
    }

    public (BatchOpening? Opening, IReadOnlyList<DraftIssue> Issues) ReadBatch(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > BatchDesk.LargestBody)
            return (null, BatchDesk.Issues(BodyReader.TooLarge(BatchDesk.LargestBody).Value));
        var (body, wrong) = BatchBody.Of(utf8);
        if (body is null)
            return (null, BatchDesk.Issues((wrong ?? Problems.OfStatus(400)).Value));
        if (!JsonBody.Parse(body.Head, BatchesJson.Default.OpenBatchRequest).TryGet(out var head, out wrong))
            return (null, BatchDesk.Issues(wrong.Value));
        if (head.Reference is { Length: > LongestReference or 0 })
            return (null, [new DraftIssue("/reference", "text_invalid", $"1 to {LongestReference} characters are expected.")]);
        return (new BatchOpening(head.Reference, body.Head, new BatchChunk(BatchChunk.Opening, BatchDesk.Fingerprint(body), BatchDesk.Items(body, head)), head.Final), []);
    }
}
