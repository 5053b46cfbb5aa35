using Microsoft.Extensions.Logging;
using NotificationService.EventRules;
using NotificationService.Kafka.CloudEvents;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>Makes of records what is to be done. What can never be done is a refusal at once.</summary>
internal sealed class RecordReader(IRequestReader requests, EventRuleStore rules, InputTopics topics, KafkaOptions options, ILogger<RecordReader> logger)
{
    private const string SendType = "notification.send";
    private const string BatchType = "notification.batch.send";
    private const string PublishType = "realtime.event.publish";
    private const string Route = "kafka";

    /// <exception cref="Npgsql.NpgsqlException">The rules could not be read.</exception>
    public async Task<IReadOnlyList<RecordWork>> ReadAsync(IReadOnlyList<InputRecord> records, CancellationToken cancellationToken)
    {
        var works = new List<RecordWork>(records.Count);
        var mapped = new List<(RecordWork Work, IncomingEvent Event)>();
        foreach (var record in records)
        {
            var work = new RecordWork(record, topics.CallerOf(record.Topic));
            works.Add(work);
            Guarded(work, () =>
            {
                switch (CloudEventReader.Read(record.Headers, record.Value))
                {
                    case EventReading.Unreadable bad:
                        work.Refusals.Add(Refusal.Of(bad.Code, bad.Message));
                        break;
                    case EventReading.Read { Event: var read } when !IsCommand(work, read):
                        mapped.Add((work, read));
                        break;
                }
            });
        }

        foreach (var ofTenant in mapped.GroupBy(entry => entry.Work.Caller.Tenant))
        {
            var types = ofTenant.Select(entry => entry.Event.Type).Where(type => type.Length <= EventRuleInput.LongestType).Distinct().ToList();
            var found = (await rules.EnabledAsync(ofTenant.Key, types, cancellationToken)).ToLookup(rule => rule.Type);
            foreach (var (work, @event) in ofTenant)
                Guarded(work, () => Map(work, @event, [.. found[@event.Type]]));
        }

        return works;
    }

    /// <summary>Whatever one record does to whoever reads it, it does not hold up the others for ever: it is a dead letter.</summary>
    private void Guarded(RecordWork work, Action read)
    {
        try
        {
            read();
        }
#pragma warning disable CA1031 // nothing but the record itself is looked at here: to try again would fail again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.NotReadable(work.Record.Topic, work.Record.Partition, work.Record.Offset, exception.GetType().Name);
            work.Left.Clear();
            work.Refusals.Add(Refusal.Of("not_readable", "The service failed at reading it; nothing of it was taken."));
        }
    }

    /// <summary>False for what is the tenant's own event.</summary>
    private bool IsCommand(RecordWork work, IncomingEvent @event)
    {
        switch (@event.Type)
        {
            case SendType when May(work, Scopes.Send):
                var (request, issues) = requests.ReadSend(@event.Data);
                if (request is null)
                    work.Refusals.Add(Refusal.Invalid(issues));
                else
                    work.Left.Add(new Step.Send(new IntakeRequest(work.Caller, request, Request(work, @event, SendType), options.KeepEventIdsDays, @event.TraceParent), SendType));
                return true;
            case BatchType when May(work, Scopes.Send):
                var (opening, wrong) = requests.ReadBatch(@event.Data);
                if (opening is null)
                    work.Refusals.Add(Refusal.Invalid(wrong));
                else
                    work.Left.Add(new Step.Batch(opening, Request(work, @event, BatchType)));
                return true;
            case PublishType when May(work, Scopes.PublishEvents):
                var (publication, faults) = requests.ReadPublish(@event.Data);
                if (publication is null)
                    work.Refusals.Add(Refusal.Invalid(faults));
                else if (publication.Notify is null || May(work, Scopes.Send))
                    work.Left.Add(new Step.Publish(publication, Request(work, @event, PublishType) with { KeptDays = options.KeepEventIdsDays }, @event.TraceParent));
                return true;
            case SendType or BatchType or PublishType:
                return true; // refused for its scope
        }

        if (!EventRuleInput.Reserved.Any(prefix => @event.Type.StartsWith(prefix, StringComparison.Ordinal)))
            return false;
        work.Refusals.Add(Refusal.Of("type_unknown", $"The service's own types are {SendType}, {BatchType} and {PublishType}."));
        return true;
    }

    private static bool May(RecordWork work, string scope)
    {
        if (work.Caller.Scopes.Contains(scope))
            return true;
        work.Refusals.Add(Refusal.Of("forbidden", $"The topic has not the scope {scope}."));
        return false;
    }

    /// <summary>An event for which there is no rule is left alone: a topic may carry much that is nobody's message.</summary>
    private void Map(RecordWork work, IncomingEvent @event, IReadOnlyList<EventRule> wanted)
    {
        if (wanted.Count == 0 || !May(work, Scopes.Send))
            return;
        var (data, wrong) = EventData.Parse(@event.Data);
        if (data is null)
        {
            work.Refusals.Add(Refusal.Of("json_invalid", $"The event cannot be taken: {wrong}."));
            return;
        }

        using (data)
        {
            foreach (var rule in wanted)
            {
                var (request, issues) = EventRequests.Of(rule, @event, data.RootElement);
                if (request is null)
                    work.Refusals.Add(Refusal.Invalid(issues, $"Rule {rule.Id}: "));
                else
                    work.Left.Add(new Step.Send(new IntakeRequest(work.Caller, request, Request(work, @event, "rule", rule.Id), options.KeepEventIdsDays, @event.TraceParent), $"rule {rule.Id}"));
            }
        }
    }

    /// <summary>
    /// Source and id identify the event, once where it is real and once where it is a test; of the rules that it meets each has its own. A line feed is
    /// in no key that a caller of the API can send.
    /// </summary>
    private static IdempotentRequest Request(RecordWork work, IncomingEvent @event, string what, Guid? rule = null) =>
        new($"{Route} {(work.Caller.Live ? "live" : "test")}\n{@event.Source}\n{@event.Id}\n{rule}", $"{Route} {what}", @event.Data, work.Caller.Live);
}
