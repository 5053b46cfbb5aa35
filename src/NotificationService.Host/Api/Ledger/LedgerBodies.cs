using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Ledger;

namespace NotificationService.Host.Api.Ledger;

/// <summary>What was accepted in a stretch of time, and where it stands.</summary>
/// <param name="Since">The beginning, as it was counted.</param>
/// <param name="Until">The end, which is left out.</param>
/// <param name="Balanced">Whether every delivery that was accepted stands in exactly one place. It is a fault of ours if it does not.</param>
/// <param name="Channels">By the channels' names, all of them.</param>
public sealed record LedgerResponse(DateTimeOffset Since, DateTimeOffset Until, bool Balanced, IReadOnlyDictionary<string, LedgerTallyResponse> Channels)
{
    internal static LedgerResponse Of(DeliveryLedger ledger) => new(
        ledger.Since, ledger.Until, ledger.IsBalanced, ledger.Channels.ToDictionary(channel => channel.Key.ToName(), channel => LedgerTallyResponse.Of(channel.Value)));
}

/// <summary>The deliveries of one channel.</summary>
/// <param name="Delivered">Of them some were read.</param>
/// <param name="Failed">Of them some bounced.</param>
/// <param name="Pending">Scheduled, queued or being sent.</param>
/// <param name="Read">Counted in <c>delivered</c>.</param>
/// <param name="Bounced">Counted in <c>failed</c>.</param>
public sealed record LedgerTallyResponse(
    long Accepted, long Delivered, long Sent, long Failed, long Suppressed, long Cancelled, long Expired, long Pending, long Read, long Bounced)
{
    internal static LedgerTallyResponse Of(LedgerTally tally) => new(
        tally.Accepted, tally[DeliveryStatus.Delivered] + tally[DeliveryStatus.Read], tally[DeliveryStatus.Sent], tally[DeliveryStatus.Failed] + tally[DeliveryStatus.Bounced],
        tally[DeliveryStatus.Suppressed], tally[DeliveryStatus.Cancelled], tally[DeliveryStatus.Expired], tally.Pending, tally[DeliveryStatus.Read], tally[DeliveryStatus.Bounced]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LedgerResponse))]
internal sealed partial class LedgerJson : JsonSerializerContext;
