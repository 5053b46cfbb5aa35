using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Batches;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Kafka.Intake;

/// <summary>Opens the batches that records ask for, each once.</summary>
internal sealed class BatchSteps(BatchIntake intake, NotificationPreparer preparer, IdempotencyKeys keys, KafkaOptions options)
{
    private const int Named = 20;

    /// <summary>
    /// Good items are taken; the record of which some were not is a dead letter as well, which names them. False: nothing is taken yet, somebody could not
    /// be asked about, which may pass.
    /// </summary>
    public async Task<bool> OpenAsync(RecordWork work, Step.Batch step, bool isLastTry, CancellationToken cancellationToken)
    {
        var (hash, fingerprint) = (IdempotencyKeys.Hash(step.Idempotent.Key, step.Idempotent.Live), RequestFingerprint.Of(step.Idempotent.Route, work.Caller.Tenant, step.Idempotent.Body.Span));
        if (await keys.FindAsync(work.Caller.Tenant, hash, cancellationToken) is { } before)
        {
            work.Left.Remove(step);
            if (!before.IsTo(fingerprint))
            {
                work.Refusals.Add(Refusal.IdReused);
                return true;
            }

            // It may be that the process died before it wrote the dead letter.
            work.Repeated++;
            Name(work, JsonSerializer.Deserialize(before.Response, KeptBatchJson.Default.KeptBatch)?.Rejected ?? []);
            return true;
        }

        var opening = step.Opening;
        if (!isLastTry
            && (await preparer.FindRecipientsAsync(work.Caller.Tenant, work.Caller.Live, opening.First.Items.Select(item => item.Notification).OfType<NotificationRequest>(), cancellationToken)).IsIncomplete)
            return false;
        var claim = new IdempotencyClaim(hash, fingerprint, (id, stored) => ReadableJson.Utf8(
            new KeptBatch(id, stored.Response.Accepted, stored.Response.Rejected), KeptBatchJson.Default.KeptBatch))
        { Days = options.KeepEventIdsDays };
        // Null: the same event on another node was quicker, and the next look finds its key.
        if (await intake.OpenAsync(work.Caller, opening.Reference, opening.Shared, opening.First, opening.IsFinal, traceParent: null, claim, cancellationToken) is not var (_, first))
            return true;
        work.Left.Remove(step);
        work.Accepted++;
        Name(work, first.Response.Rejected);
        return true;
    }

    private static void Name(RecordWork work, IReadOnlyList<RejectedItem> rejected)
    {
        if (rejected.Count == 0)
            return;
        var issues = rejected.Take(Named).SelectMany(item => item.Errors.Select(error => new RequestIssue($"/notifications/{item.Index}{error.Pointer}", error.Code, error.Message))).ToList();
        work.Refusals.Add(new Refusal("items_rejected", $"{rejected.Count} of the batch's items were not taken, the others were.", issues));
    }
}

/// <summary>What is kept under an event's id.</summary>
internal sealed record KeptBatch(Guid BatchId, int Accepted, IReadOnlyList<RejectedItem> Rejected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptBatch))]
internal sealed partial class KeptBatchJson : JsonSerializerContext;
