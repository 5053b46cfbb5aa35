using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Templates;

namespace NotificationService.Notifications;

/// <summary>
/// Decides on which channels a notification goes out. Pure. Channels that the request names and the template lacks are
/// skipped; a named channel without an address is a delivery that failed, so that nobody waits for it. Where the request
/// leaves the channels to the template, those without an address are skipped.
/// </summary>
public static class DeliveryPlanner
{
    public static PlanOutcome Plan(NotificationRequest request, PublishedTemplate? template, NotificationId id, DateTimeOffset now)
    {
        var chosenByTemplate = request.Channels is null;
        var wanted = request.Channels ?? [.. ChannelKinds.All.Where(channel => template?.Channels.Contains(channel) == true)];
        var deliveries = new List<PlannedDelivery>(wanted.Count);
        List<SkippedChannel>? skipped = null;
        var addressed = 0;
        foreach (var channel in wanted)
        {
            if (template?.Channels.Contains(channel) == false)
            {
                (skipped ??= []).Add(new SkippedChannel(channel, "not_in_template", $"the template has no content for {channel.ToName()}"));
            }
            else if (HasAddress(request.Recipient, channel))
            {
                deliveries.Add(Waiting(id.Delivery(channel), request.SendAt, now));
                addressed++;
            }
            else if (chosenByTemplate)
            {
                (skipped ??= []).Add(new SkippedChannel(channel, NoAddressCode, NoAddress(channel)));
            }
            else
            {
                deliveries.Add(new PlannedDelivery(id.Delivery(channel), DeliveryStatus.Failed, now, new Failure(FailureKind.NoAddress, NoAddressCode, NoAddress(channel))));
            }
        }

        if (addressed > 0)
            return new PlanOutcome.Planned(deliveries, skipped ?? (IReadOnlyList<SkippedChannel>)[]);
        return new PlanOutcome.Refused(deliveries.Count == 0 && !chosenByTemplate
            ? new DraftIssue("/channels", "not_in_template", $"The template has content only for {Names(template)}.")
            : new DraftIssue("/recipient", NoAddressCode, $"The recipient can be reached on none of the channels: {Needed(wanted, template)}."));
    }

    /// <summary>In-app works by the person's id; WhatsApp falls back to the phone number.</summary>
    public static bool HasAddress(StoredRecipient recipient, ChannelKind channel) => channel switch
    {
        ChannelKind.Email => recipient.Email is not null,
        ChannelKind.Sms => recipient.Phone is not null,
        ChannelKind.Push => recipient.DeviceTokens is { Count: > 0 },
        ChannelKind.WhatsApp => (recipient.Whatsapp ?? recipient.Phone) is not null,
        ChannelKind.InApp => recipient.UserId is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "no such channel"),
    };

    private const string NoAddressCode = "no_address";

    private static PlannedDelivery Waiting(DeliveryId id, DateTimeOffset? sendAt, DateTimeOffset now) =>
        sendAt is { } later ? new(id, DeliveryStatus.Scheduled, later, null) : new(id, DeliveryStatus.Queued, now, null);

    private static string NoAddress(ChannelKind channel) => $"the recipient has no {Field(channel)}";

    private static string Needed(IEnumerable<ChannelKind> channels, PublishedTemplate? template) => string.Join(", ",
        channels.Where(channel => template?.Channels.Contains(channel) != false).Select(channel => $"{channel.ToName()} needs recipient.{Field(channel)}"));

    private static string Names(PublishedTemplate? template) =>
        string.Join(", ", ChannelKinds.All.Where(channel => template?.Channels.Contains(channel) == true).Select(channel => channel.ToName()));

    private static string Field(ChannelKind channel) => channel switch
    {
        ChannelKind.Email => "email",
        ChannelKind.Sms => "phone",
        ChannelKind.Push => "deviceTokens",
        ChannelKind.WhatsApp => "whatsapp or phone",
        _ => "userId",
    };
}
