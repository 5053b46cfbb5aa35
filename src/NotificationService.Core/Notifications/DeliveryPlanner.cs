using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Templates;

namespace NotificationService.Notifications;

/// <summary>
/// Decides on which channels a notification goes out. Pure. Channels that the request names and the template lacks are
/// skipped; a named channel without an address is a delivery that failed, so that nobody waits for it. Where the request
/// leaves the channels to the template, those without an address are skipped. What is known to stand against a delivery ends it here, and the worker asks again.
/// </summary>
public static class DeliveryPlanner
{
    public static PlanOutcome Plan(ValidatedRequest request, PublishedTemplate? template, NotificationId id, DateTimeOffset now, PlanFacts? facts = null)
    {
        var chosenByTemplate = request.Channels is null;
        var wanted = request.Channels ?? [.. ChannelKinds.All.Where(channel => template?.Channels.Contains(channel) == true)];
        var deliveries = new List<PlannedDelivery>(wanted.Count);
        List<SkippedChannel>? skipped = null;
        var isChain = request.Fallback is not null;
        foreach (var channel in wanted)
        {
            if (template?.Channels.Contains(channel) == false)
            {
                (skipped ??= []).Add(new SkippedChannel(channel, NotInTemplateCode, $"the template has no content for {channel.ToName()}"));
            }
            else if (HasAddress(request.Recipient, channel))
            {
                deliveries.Add(Decided(Waiting(id.Delivery(channel), request.SendAt, now), request, facts ?? PlanFacts.None, now));
            }
            else if (chosenByTemplate || isChain)
            {
                // A chain goes on with the next one: there is nothing to fail and nobody waits for it.
                (skipped ??= []).Add(new SkippedChannel(channel, NoAddressCode, NoAddress(channel)));
            }
            else
            {
                deliveries.Add(new PlannedDelivery(id.Delivery(channel), DeliveryStatus.Failed, now, new Failure(FailureKind.NoAddress, NoAddressCode, NoAddress(channel))));
            }
        }

        if (deliveries.Exists(delivery => delivery.Failure is null))
            return new PlanOutcome.Planned(isChain ? Chained(deliveries, request, now) : deliveries, skipped ?? (IReadOnlyList<SkippedChannel>)[]);
        return new PlanOutcome.Refused(skipped?.TrueForAll(channel => channel.Code == NotInTemplateCode) == true && deliveries.Count == 0 && !chosenByTemplate
            ? new RequestIssue("/channels", NotInTemplateCode, $"The template has content only for {Names(template)}.")
            : new RequestIssue("/recipient", NoAddressCode, $"The recipient can be reached on none of the channels: {Needed(wanted, template)}."));
    }

    public static bool HasAddress(StoredRecipient recipient, ChannelKind channel) => RecipientFields.HasAny(recipient, ChannelTable.Of(channel).Addresses);

    private const string NoAddressCode = "no_address";
    private const string NotInTemplateCode = "not_in_template";

    /// <summary>The delivery as it was planned, or suppressed; with the rule that decided.</summary>
    private static PlannedDelivery Decided(PlannedDelivery planned, ValidatedRequest request, PlanFacts facts, DateTimeOffset now)
    {
        var (decision, reason) = SendDecision.Of(
            planned.Channel, RecipientFields.FirstOf(request.Recipient, ChannelTable.Of(planned.Channel).Addresses), facts.Suppressed, facts.Category, facts.Says, facts.Person, request.Topic, request.SendAt ?? now);
        if (!decision.MaySend)
            return planned with { Status = DeliveryStatus.Suppressed, DueAt = now, Reason = reason };
        if (SendDecision.QuietUntil(planned.Id, decision, facts.Person, request.Recipient.Timezone, facts.Timezone, request.SendAt ?? now) is not var (until, quiet))
            return planned with { Reason = reason };
        // What is still quiet when it expires is not sent any more.
        return planned with { Status = DeliveryStatus.Scheduled, DueAt = request.ExpiresAt is { } end && end < until ? end : until, Quiet = quiet, Reason = reason };
    }

    /// <summary>In the order of the request: the first of those that may be sent as it was planned, each other one waits. A chain of one is none.</summary>
    private static List<PlannedDelivery> Chained(List<PlannedDelivery> deliveries, ValidatedRequest request, DateTimeOffset now)
    {
        if (deliveries.Count < 2 || request.Fallback is not { } rule)
            return deliveries;
        var (turn, begins) = (0, request.SendAt ?? now);
        for (var i = 0; i < deliveries.Count; i++)
        {
            deliveries[i] = deliveries[i] with { Place = i + 1 };
            if (!deliveries[i].IsToBeSent)
                continue;
            if (turn == 0 && deliveries[i].Status == DeliveryStatus.Scheduled)
                begins = deliveries[i].DueAt;
            var due = rule.DueAt(begins, ++turn);
            deliveries[i] = deliveries[i] with
            {
                IsBehind = turn > 1,
                // Whether it is quiet when its turn comes is asked then.
                Quiet = turn == 1 ? deliveries[i].Quiet : null,
                Status = turn == 1 ? deliveries[i].Status : DeliveryStatus.Scheduled,
                // What waits expires with the notification, not when its time would have come.
                DueAt = request.ExpiresAt is { } end && end < due ? end : due,
            };
        }

        return deliveries;
    }

    private static PlannedDelivery Waiting(DeliveryId id, DateTimeOffset? sendAt, DateTimeOffset now) =>
        sendAt is { } later ? new(id, DeliveryStatus.Scheduled, later, null) : new(id, DeliveryStatus.Queued, now, null);

    private static string NoAddress(ChannelKind channel) => $"the recipient has no {Field(channel)}";

    private static string Needed(IEnumerable<ChannelKind> channels, PublishedTemplate? template) => string.Join(", ",
        channels.Where(channel => template?.Channels.Contains(channel) != false).Select(channel => $"{channel.ToName()} needs recipient.{Field(channel)}"));

    private static string Names(PublishedTemplate? template) =>
        string.Join(", ", ChannelKinds.All.Where(channel => template?.Channels.Contains(channel) == true).Select(channel => channel.ToName()));

    /// <summary>The fields of a recipient by which the channel reaches somebody, in words.</summary>
    public static string Field(ChannelKind channel) => string.Join(" or ", RecipientFields.NamesOf(ChannelTable.Of(channel).Addresses));
}
