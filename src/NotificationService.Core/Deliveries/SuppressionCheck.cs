using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.Deliveries;

/// <summary>Keeps a message from an address that must not be written to. Pure; asked just before a provider is chosen.</summary>
public static class SuppressionCheck
{
    /// <summary>Of an address that may be sent other things.</summary>
    private const string OptedOutCode = "opted_out";

    /// <summary>The message as it may go out – a push without its dead devices – or why it may not.</summary>
    public static (ChannelMessage? Message, TransitionReason? Reason) Of(ChannelKind channel, ChannelMessage message, IReadOnlyList<SuppressedAddress> suppressed)
    {
        if (suppressed.Count == 0 || Suppressible(message) is not { Count: > 0 } addresses)
            return (message, null);
        var live = addresses.Where(address => Find(channel, address, suppressed) is null).ToList();
        if (live.Count == addresses.Count)
            return (message, null);
        return live.Count > 0
            ? (message.OnlyTo(live), null)
            : (null, ReasonAgainst(channel, addresses[0], suppressed));
    }

    /// <summary>Why none of some addresses may be written to; null where one may, and where there are none.</summary>
    public static TransitionReason? ReasonAgainst(ChannelKind channel, IReadOnlyList<string> addresses, IReadOnlyList<SuppressedAddress> suppressed)
    {
        if (suppressed.Count == 0 || addresses.Count == 0 || ChannelTable.Of(channel).Suppression is null)
            return null;
        foreach (var address in addresses)
        {
            if (Find(channel, address, suppressed) is null)
                return null;
        }

        return ReasonAgainst(channel, addresses[0], suppressed);
    }

    /// <summary>Why an address must not be written to; null where it may.</summary>
    public static TransitionReason? ReasonAgainst(ChannelKind channel, string address, IReadOnlyList<SuppressedAddress> suppressed) =>
        suppressed.Count > 0 && Find(channel, address, suppressed) is { } found ? Words(found) : null;

    /// <summary>The addresses that a provider's response shows not to be written to again. Without a list of them it is the one the message was for.</summary>
    /// <param name="isOnly">There is no other provider on the channel, whose an address could be.</param>
    public static IReadOnlyList<string> DeadIn(ChannelMessage message, ProviderResult result, bool isOnly) => result switch
    {
        { Devices.Count: > 0 } => [.. result.Devices.Where(device => device.Result is ProviderResult.Rejected { Cause: RejectionCause.Address } || (isOnly && device.IsForeign)).Select(device => device.Token)],
        ProviderResult.Accepted accepted => [.. accepted.DeadAddresses, .. isOnly ? accepted.ForeignAddresses : []],
        ProviderResult.Rejected { DeadAddresses.Count: > 0 } or ProviderResult.Rejected { ForeignAddresses.Count: > 0 } when result is ProviderResult.Rejected rejected =>
            [.. rejected.DeadAddresses, .. isOnly ? rejected.ForeignAddresses : []],
        ProviderResult.Rejected { Cause: RejectionCause.Address } => Suppressible(message),
        ProviderResult.Rejected { Cause: RejectionCause.Unsubscribed or RejectionCause.OptedOutOfMarketing } when Suppressible(message) is [_] only => only,
        _ => [],
    };

    /// <summary>What they are suppressed for: what the recipient asked for, the recipient can take back.</summary>
    public static SuppressionReason ReasonOf(ChannelMessage message, ProviderResult result) => result is ProviderResult.Rejected { Cause: RejectionCause.Unsubscribed or RejectionCause.OptedOutOfMarketing }
        ? SuppressionReason.Unsubscribe
        : ChannelTable.Of(message.Channel).Suppression?.WhenDead ?? SuppressionReason.Bounce;

    /// <summary>What they are not sent again.</summary>
    public static string ScopeOf(ProviderResult result) => result is ProviderResult.Rejected { Cause: RejectionCause.OptedOutOfMarketing } ? SuppressionScopes.Marketing : SuppressionScopes.All;

    /// <summary>The addresses of a message that may be suppressed; none on a channel whose never are.</summary>
    private static IReadOnlyList<string> Suppressible(ChannelMessage message) => ChannelTable.Of(message.Channel).Suppression is null ? [] : message.Addresses;

    private static SuppressedAddress? Find(ChannelKind channel, string address, IReadOnlyList<SuppressedAddress> suppressed)
    {
        var normal = Suppression.Normalize(channel, address);
        foreach (var candidate in suppressed)
        {
            if (candidate.Channel == channel && candidate.Address == normal)
                return candidate;
        }

        return null;
    }

    private static TransitionReason Words(SuppressedAddress address) => address.Scope == SuppressionScopes.All ? OfEverything(address) : new(
        OptedOutCode,
        address.Reason switch
        {
            SuppressionReason.Unsubscribe => $"the recipient has opted out of {SuppressionScopes.Words(address.Scope)} by this address",
            _ => $"the address is on the suppression list for {SuppressionScopes.Words(address.Scope)}",
        });

    private static TransitionReason OfEverything(SuppressedAddress address) => new(
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
