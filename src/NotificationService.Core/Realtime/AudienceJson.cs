using System.Text.Json.Serialization;

namespace NotificationService.Realtime;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(IReadOnlyList<AudienceAlternative>))]
internal sealed partial class AudienceJson : JsonSerializerContext;
