using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace NotificationService.EventRules;

/// <summary>
/// Where something stands in an event: <c>data.user.id</c> or <c>data.lines.0.name</c> for what is in its data, or the name of an attribute such as
/// <c>subject</c> or an extension.
/// </summary>
public sealed class EventPath
{
    public const int Longest = 200;
    public const string Rule = "data, data.name.name… (a number for an item of a list), or the name of an attribute such as subject";

    private const int MaxSteps = 16;
    private const int LongestAttribute = 20;

    private readonly string? attribute;
    private readonly string[] steps;

    private EventPath(string? attribute, string[] steps) => (this.attribute, this.steps) = (attribute, steps);

    public static bool TryParse(string? text, [NotNullWhen(true)] out EventPath? path)
    {
        path = null;
        if (text is null || text.Length is 0 or > Longest || text.Any(char.IsControl))
            return false;
        var parts = text.Split('.');
        if (parts[0] == "data")
        {
            if (parts.Length > MaxSteps + 1 || parts.Any(part => part.Length == 0))
                return false;
            path = new EventPath(null, parts[1..]);
            return true;
        }

        // As CloudEvents name attributes: lower-case letters and digits.
        if (text.Length > LongestAttribute || !text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            return false;
        path = new EventPath(text, []);
        return true;
    }

    /// <summary>What stands there; null for nothing, or JSON's null.</summary>
    /// <param name="event">For its attributes.</param>
    /// <param name="data">Its data, parsed; undefined where it has none.</param>
    public JsonElement? Find(IncomingEvent @event, JsonElement data)
    {
        if (attribute is not null)
            return @event.Attributes.TryGetValue(attribute, out var text) ? JsonSerializer.SerializeToElement(text, EventTextJson.Default.String) : null;
        var at = data;
        foreach (var step in steps)
        {
            if (Next(at, step) is not { } next)
                return null;
            at = next;
        }

        return at.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : at;
    }

    private static JsonElement? Next(JsonElement at, string step) => at.ValueKind switch
    {
        JsonValueKind.Object when at.TryGetProperty(step, out var member) => member,
        JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength() => at[index],
        _ => null,
    };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class EventTextJson : System.Text.Json.Serialization.JsonSerializerContext;
