using NotificationService.Notifications;
using NotificationService.Realtime;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>What is to be done for a record: one of the steps that it asks for.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>Of one record each has its own.</summary>
    public abstract string Key { get; }

    /// <param name="Of">What it is made by, for whoever reads the reason of a refusal.</param>
    public sealed record Send(IntakeRequest Notification, string Of) : Step
    {
        public override string Key => Notification.Idempotent.Key;
    }

    public sealed record Batch(BatchOpening Opening, IdempotentRequest Idempotent) : Step
    {
        public override string Key => Idempotent.Key;
    }

    public sealed record Publish(EventPublication Publication, IdempotentRequest Idempotent, string? TraceParent) : Step
    {
        public override string Key => Idempotent.Key;
    }
}

/// <summary>A record on its way: what is left to do, and what could not be done.</summary>
internal sealed class RecordWork(InputRecord record, Caller caller)
{
    public InputRecord Record => record;

    public Caller Caller => caller;

    public List<Step> Left { get; } = [];

    public List<Refusal> Refusals { get; } = [];

    /// <summary>Steps that are stored now, and those that had been.</summary>
    public int Accepted { get; set; }

    public int Repeated { get; set; }

    public string Outcome => Refusals.Count > 0 ? "dead_lettered" : Accepted > 0 ? "accepted" : Repeated > 0 ? "repeated" : "ignored";
}
