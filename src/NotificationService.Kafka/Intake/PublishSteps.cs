using NotificationService.Notifications;
using NotificationService.Realtime;

namespace NotificationService.Kafka.Intake;

/// <summary>Publishes the events that records bring to people who are connected, each once.</summary>
internal sealed class PublishSteps(EventPublisher publisher, IdempotentWork work)
{
    /// <summary>False: nothing is taken yet, somebody who is to be notified could not be asked about, which may pass.</summary>
    /// <exception cref="RecipientsUnavailableException">Nobody can be asked about people.</exception>
    public async Task<bool> PublishAsync(RecordWork record, Step.Publish step, CancellationToken cancellationToken)
    {
        PublishOutcome outcome = await work.RepeatedAsync<RealtimeEvent>(record.Caller.Tenant, step.Idempotent, cancellationToken) is { } before
            ? new PublishOutcome.Decided(before)
            : await publisher.PublishAsync(record.Caller, step.Publication, step.Idempotent, step.TraceParent, cancellationToken);
        if (outcome is PublishOutcome.Invalid { Issues: var issues } && issues.Any(RecipientCompletion.MayPass))
            return false;
        record.Left.Remove(step);
        switch (outcome)
        {
            case PublishOutcome.Decided { Outcome: IdempotentOutcome<RealtimeEvent>.Done }:
                record.Accepted++;
                break;
            case PublishOutcome.Decided { Outcome: IdempotentOutcome<RealtimeEvent>.Replayed }:
                record.Repeated++;
                break;
            case PublishOutcome.Decided { Outcome: IdempotentOutcome<RealtimeEvent>.KeyMismatch }:
                record.Refusals.Add(Refusal.IdReused);
                break;
            case PublishOutcome.Invalid invalid:
                record.Refusals.Add(Refusal.Invalid(invalid.Issues));
                break;
            default:
                throw new InvalidOperationException("nothing else refuses it");
        }

        return true;
    }
}
