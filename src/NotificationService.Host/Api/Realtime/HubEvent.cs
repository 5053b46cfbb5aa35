using System.Text.Json.Serialization;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.Realtime;

/// <summary>An event as the hub gives it to a client, the only argument of a call of the event's type.</summary>
/// <param name="Type">Such as <c>notification.created</c>.</param>
/// <param name="Id">What a client gives back as <c>lastEventId</c>.</param>
/// <param name="Data">What it says.</param>
internal sealed record HubEvent(string Type, string Id, RawJson Data)
{
    public static HubEvent Of(StreamEnvelope envelope) => new(envelope.Type, envelope.Id, new RawJson(envelope.Data));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubEvent))]
internal sealed partial class HubJson : JsonSerializerContext;
