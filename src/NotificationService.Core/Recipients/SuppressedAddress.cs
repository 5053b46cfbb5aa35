using System.Text.Json.Serialization;
using NotificationService.Channels;

namespace NotificationService.Recipients;

/// <summary>One of a recipient's addresses that must not be written to, as <c>notifications_load.sql</c> answers it.</summary>
/// <param name="Scope">What it must not be sent, as <see cref="SuppressionScopes"/> writes it.</param>
public sealed record SuppressedAddress(ChannelKind Channel, string Address, SuppressionReason Reason, string? Code, string Scope = SuppressionScopes.All)
{
    public override string ToString() => $"suppressed for {Reason}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<SuppressedAddress>))]
public sealed partial class SuppressedAddressJson : JsonSerializerContext;
