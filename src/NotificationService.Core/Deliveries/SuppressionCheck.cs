using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.Deliveries;

/// <summary>Keeps a message from an address that must not be written to. Pure; asked just before a provider is chosen.</summary>
public static class SuppressionCheck
{
    /// <summary>The message as it may go out – a push without its dead devices – or why it may not.</summary>
    public static (ChannelMessage? Message, TransitionReason? Reason) Of(ChannelKind channel, ChannelMessage message, IReadOnlyList<SuppressedAddress> suppressed)
    {
        if (suppressed.Count == 0)
            return (message, null);
        if (message is ChannelMessage.Push push)
        {
            var live = push.DeviceTokens.Where(token => Find(token) is null).ToList();
            if (live.Count == push.DeviceTokens.Count)
                return (message, null);
            return live.Count > 0
                ? (push with { DeviceTokens = live }, null)
                : (null, Words(Find(push.DeviceTokens[0])!));
        }

        return AddressOf(message) is { } address && Find(address) is { } found ? (null, Words(found)) : (message, null);

        SuppressedAddress? Find(string address)
        {
            var normal = Suppression.Normalize(channel, address);
            foreach (var candidate in suppressed)
            {
                if (candidate.Channel == channel && candidate.Address == normal)
                    return candidate;
            }

            return null;
        }
    }

    /// <summary>Why an address must not be written to; null where it may.</summary>
    public static TransitionReason? ReasonAgainst(ChannelKind channel, string address, IReadOnlyList<SuppressedAddress> suppressed)
    {
        if (suppressed.Count == 0)
            return null;
        var normal = Suppression.Normalize(channel, address);
        return suppressed.FirstOrDefault(candidate => candidate.Channel == channel && candidate.Address == normal) is { } found ? Words(found) : null;
    }

    /// <summary>The addresses that a provider's response shows not to be written to again. Without a list of them it is the one the message was for.</summary>
    /// <param name="isOnly">There is no other provider on the channel, whose an address could be.</param>
    public static IReadOnlyList<string> DeadIn(ChannelMessage message, ProviderResult result, bool isOnly) => result switch
    {
        { Devices.Count: > 0 } => [.. result.Devices.Where(device => device.Result is ProviderResult.Rejected { Cause: RejectionCause.Address } || (isOnly && device.IsForeign)).Select(device => device.Token)],
        ProviderResult.Accepted accepted => [.. accepted.DeadAddresses, .. isOnly ? accepted.ForeignAddresses : []],
        ProviderResult.Rejected { DeadAddresses.Count: > 0 } or ProviderResult.Rejected { ForeignAddresses.Count: > 0 } when result is ProviderResult.Rejected rejected =>
            [.. rejected.DeadAddresses, .. isOnly ? rejected.ForeignAddresses : []],
        ProviderResult.Rejected { Cause: RejectionCause.Address } when message is ChannelMessage.Push push => push.DeviceTokens,
        ProviderResult.Rejected { Cause: RejectionCause.Address or RejectionCause.Unsubscribed } when AddressOf(message) is { } address => [address],
        _ => [],
    };

    /// <summary>What they are suppressed for: what the recipient asked for, the recipient can take back.</summary>
    public static SuppressionReason ReasonOf(ChannelMessage message, ProviderResult result) => result is ProviderResult.Rejected { Cause: RejectionCause.Unsubscribed }
        ? SuppressionReason.Unsubscribe
        : ChannelTable.Of(message.Channel).Suppression?.WhenDead ?? SuppressionReason.Bounce;

    /// <summary>Of a message that has one, and may be suppressed for it.</summary>
    private static string? AddressOf(ChannelMessage message) => message switch
    {
        ChannelMessage.Email email => email.To.Address,
        ChannelMessage.Sms sms => sms.To,
        ChannelMessage.WhatsApp whatsApp => whatsApp.To,
        ChannelMessage.Push or ChannelMessage.InApp => null,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.Channel, "no such message"),
    };

    private static TransitionReason Words(SuppressedAddress address) => new(
        $"suppressed_{address.Reason.ToName()}",
        address.Reason switch
        {
            SuppressionReason.Bounce => "the address is on the suppression list: a provider reported that it does not exist",
            SuppressionReason.Complaint => "the address is on the suppression list: the recipient complained",
            SuppressionReason.Unsubscribe => "the address is on the suppression list: the recipient unsubscribed",
            SuppressionReason.DeadToken => "every device is on the suppression list: the app was removed from it",
            _ => "the address is on the suppression list, by hand",
        });
}
