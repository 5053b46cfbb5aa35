using System.Globalization;
using NotificationService.Deliveries;

namespace NotificationService.Providers.Sandbox;

/// <summary>The sandbox's ids of messages: <c>sandbox-</c>, the delivery's id in 32 hex digits, <c>-</c> and the attempt. So a report that names the message names its delivery.</summary>
internal static class SandboxMessageId
{
    private const string Prefix = "sandbox-";
    private const int Digits = 32;

    public static string Of(DeliveryId delivery, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{delivery.Value:N}-{attempt}");

    /// <summary>Null for what is no such id.</summary>
    public static DeliveryId? DeliveryIn(string? messageId) =>
        messageId is { Length: > 40 } && messageId.StartsWith(Prefix, StringComparison.Ordinal) && messageId[Prefix.Length + Digits] == '-'
        && Guid.TryParseExact(messageId.AsSpan(Prefix.Length, Digits), "N", out var id)
            ? new DeliveryId(id)
            : null;
}
