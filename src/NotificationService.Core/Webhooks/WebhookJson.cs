using System.Text.Json.Serialization;

namespace NotificationService.Webhooks;

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class WebhookJson : JsonSerializerContext;
