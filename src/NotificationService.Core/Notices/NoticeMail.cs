using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotificationService.Notices;

/// <summary>What is sealed of a notice: to whom, and what its template says.</summary>
internal sealed record NoticeMail(string Email, IReadOnlyDictionary<string, string> Data)
{
    public string Write() => JsonSerializer.Serialize(this, NoticeJson.Default.NoticeMail);

    public static NoticeMail Read(string text) => JsonSerializer.Deserialize(text, NoticeJson.Default.NoticeMail) ?? throw new JsonException("a notice is an object");

    /// <summary>An address and a token stay out of logs and exceptions.</summary>
    public override string ToString() => "a notice";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NoticeMail))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class NoticeJson : JsonSerializerContext;
