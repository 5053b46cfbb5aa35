using System.Text.Json.Serialization;

namespace NotificationService.Host.Api.Realtime;

/// <summary>Opens one stream, once.</summary>
/// <param name="Ticket">Goes into <c>?ticket=</c>.</param>
/// <param name="ExpiresIn">For how many seconds it is good.</param>
public sealed record StreamTicketResponse(string Ticket, int ExpiresIn);

/// <summary>An item that is no longer in the inbox.</summary>
/// <param name="Id">The item.</param>
/// <param name="Version">Of its deletion.</param>
public sealed record DeletedItemEvent(Guid Id, long Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StreamTicketResponse))]
[JsonSerializable(typeof(DeletedItemEvent))]
internal sealed partial class StreamsJson : JsonSerializerContext;
