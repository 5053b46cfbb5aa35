using System.Globalization;
using System.Text.Json;

namespace NotificationService.Channels;

/// <summary>A message template that WhatsApp approved, with this recipient's values.</summary>
/// <param name="Name">Its name with WhatsApp, or a Twilio ContentSid (<c>HX…</c>).</param>
/// <param name="Language">The language it was approved in, such as <c>en</c> or <c>en_US</c>.</param>
/// <param name="Components">A JSON array of header, body and button components with their parameters, as the Cloud API takes them.</param>
public sealed record WhatsAppTemplate(string Name, string Language, string Components)
{
    public const string NoComponents = "[]";

    /// <summary>The values of the body in their order, each under its name or, where it has none, its number from 1.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> BodyVariables()
    {
        using var components = JsonDocument.Parse(Components);
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var component in components.RootElement.EnumerateArray())
        {
            if (component.GetProperty("type").ValueEquals("body") && component.TryGetProperty("parameters", out var parameters))
            {
                foreach (var parameter in parameters.EnumerateArray())
                    variables.Add(new(Name(parameter) ?? (variables.Count + 1).ToString(CultureInfo.InvariantCulture), Words(parameter)));
            }
        }

        return variables;

        static string? Name(JsonElement parameter) => parameter.TryGetProperty("parameter_name", out var name) ? name.GetString() : null;
    }

    /// <summary>The text of a text, and what currencies and times say to whom cannot format them.</summary>
    private static string Words(JsonElement parameter)
    {
        if (parameter.TryGetProperty("text", out var text))
            return text.GetString() ?? "";
        foreach (var kind in (ReadOnlySpan<string>)["currency", "date_time"])
        {
            if (parameter.TryGetProperty(kind, out var value) && value.TryGetProperty("fallback_value", out var words))
                return words.GetString() ?? "";
        }

        return "";
    }
}
