using System.Text.Json.Serialization;
using NotificationService.Host.Http.Json;

namespace NotificationService.UnitTests.Http.Json;

/// <summary>A body with one member of every kind.</summary>
public sealed record Sample(
    string? Template, int? Count, long? Big, double? Ratio, bool? Flag, IReadOnlyList<string>? Channels, SampleRecipient? Recipient,
    RawJson? Data, DateTimeOffset? SendAt, Guid? Id, Dictionary<string, string>? Labels);

public sealed record SampleRecipient(string UserId, string? Email = null);

// The default options on purpose: strictness comes from the reading, not from the context.
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Sample))]
public sealed partial class SampleJson : JsonSerializerContext;
