using System.Text.Json;

namespace NotificationService.Providers.Twilio;

/// <summary>What a response of Twilio's API says; anything else, a proxy's HTML for instance, says nothing.</summary>
/// <param name="Code">0 where there is none.</param>
internal sealed record TwilioResponse(string Sid, int Code, string Message, string Status)
{
    private static readonly TwilioResponse Nothing = new("", 0, "", "");

    public static TwilioResponse Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root)
                return Nothing;
            var code = root.TryGetProperty("code", out var found) && found.ValueKind == JsonValueKind.Number && found.TryGetInt32(out var number) ? number : 0;
            return new TwilioResponse(Text(root, "sid"), code, Text(root, "message"), Text(root, "status"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Nothing; // no JSON, or a string in it that is no text
        }
    }

    /// <summary>What Twilio said belongs in no log as it is: it repeats numbers.</summary>
    public override string ToString() => $"Twilio's answer {Code}";

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
