using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates;

/// <summary>
/// The fields of a template that WhatsApp approved, in the shapes that its Cloud API takes. Tags may stand in the values
/// of parameters; whatever WhatsApp knows by name (template, language, kinds, codes) is as written.
/// </summary>
internal sealed partial class ApprovedTemplateFields(TemplateContentsReader reader)
{
    private const int MaxButtons = 10;
    private const int MaxParameters = 64;

    private delegate JsonPart? Reading(JsonElement value, string at);

    private sealed record Member(string Name, Reading Read, bool Required = true);

    /// <summary>Meta's names, and the ContentSid of a template that is approved with Twilio.</summary>
    public string? Name(JsonElement? value, string at) =>
        Matching(value, at, NameShape(), "name_invalid", "a template's name has 1 to 512 lower-case letters, digits and _; a Twilio template is named by its ContentSid, HX and 32 hexadecimal digits");

    public string? Language(JsonElement? value, string at) =>
        Matching(value, at, LanguageShape(), "language_invalid", "a language that WhatsApp knows is expected, such as en or en_US");

    public JsonPart.List? Components(JsonElement components, string at)
    {
        if (!IsList(components, at))
            return null;
        var items = new List<JsonPart>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var component in components.EnumerateArray())
        {
            var place = $"{at}/{index++}";
            if (index > MaxButtons + 2)
            {
                reader.Note(place, TemplateCodes.TooComplex, $"a template has one header, one body and at most {MaxButtons} buttons");
                return null;
            }

            if (Component(component, place) is { } part)
                items.Add(part);
            if (component.ValueKind == JsonValueKind.Object && !seen.Add(Identity(component)))
                reader.Note(place, "duplicate_field", "this component stands here twice");
        }

        return new JsonPart.List(items);
    }

    /// <summary>One header, one body, one button at each index.</summary>
    private static string Identity(JsonElement component) =>
        $"{(component.TryGetProperty("type", out var type) ? type : default)} {(component.TryGetProperty("index", out var index) ? index : default)}";

    private JsonPart.Map? Component(JsonElement value, string at) => Kind(value, at, "type", "header", "body", "button") switch
    {
        "header" => Map(value, at, new("type", Word), new("parameters", (v, p) => List(v, p, HeaderParameter))),
        "body" => Map(value, at, new("type", Word), new("parameters", (v, p) => List(v, p, BodyParameter))),
        "button" => Map(
            value, at, new("type", Word), new("sub_type", (v, p) => OneOf(v, p, "quick_reply", "url")), new("index", Index),
            new("parameters", (v, p) => List(v, p, (one, place) => ButtonParameter(one, place, value)))),
        _ => null,
    };

    private JsonPart.Map? HeaderParameter(JsonElement value, string at) =>
        Parameter(value, at, Kind(value, at, "type", "text", "currency", "date_time", "image", "video", "document"));

    private JsonPart.Map? BodyParameter(JsonElement value, string at) =>
        Parameter(value, at, Kind(value, at, "type", "text", "currency", "date_time"));

    private JsonPart.Map? Parameter(JsonElement value, string at, string? kind)
    {
        Member type = new("type", Word), name = new("parameter_name", ParameterName, Required: false);
        return kind switch
        {
            "text" => Map(value, at, type, name, new("text", Text)),
            "currency" => Map(value, at, type, name, new("currency", (v, p) =>
                Map(v, p, new("fallback_value", Text), new("code", CurrencyCode), new("amount_1000", Amount)))),
            "date_time" => Map(value, at, type, name, new("date_time", (v, p) => Map(v, p, new Member("fallback_value", Text)))),
            "image" or "video" => Map(value, at, type, new(kind, Media)),
            "document" => Map(value, at, type, new("document", Document)),
            _ => null,
        };
    }

    /// <summary>A quick reply sends its payload back to us; an address is finished by its text.</summary>
    private JsonPart.Map? ButtonParameter(JsonElement value, string at, JsonElement button)
    {
        string[] kinds = (button.TryGetProperty("sub_type", out var sub) && sub.ValueKind == JsonValueKind.String ? sub.GetString() : null) switch
        {
            "url" => ["text"],
            "quick_reply" => ["payload"],
            _ => ["payload", "text"],
        };
        return Kind(value, at, "type", kinds) is { } kind ? Map(value, at, new("type", Word), new(kind, Text)) : null;
    }

    private JsonPart.Map? Media(JsonElement value, string at) => Medium(value, at);

    private JsonPart.Map? Document(JsonElement value, string at) => Medium(value, at, new Member("filename", Text, Required: false));

    /// <summary>By the id it was uploaded under, or by its address.</summary>
    private JsonPart.Map? Medium(JsonElement value, string at, params ReadOnlySpan<Member> more) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("id", out _)
            ? Map(value, at, [new("id", Text), .. more])
            : Map(value, at, [new("link", Text), .. more]);

    private JsonPart.Map? Map(JsonElement value, string at, params ReadOnlySpan<Member> members)
    {
        if (!reader.IsObject(value, at, "an object"))
            return null;
        var parts = new List<(string, JsonPart)>();
        foreach (var member in members)
        {
            var place = TemplateContentsReader.Below(at, member.Name);
            if (!value.TryGetProperty(member.Name, out var found))
            {
                if (member.Required)
                    reader.Note(place, "required", "the field is missing");
            }
            else if (member.Read(found, place) is { } part)
            {
                parts.Add((member.Name, part));
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in value.EnumerateObject().Select(property => property.Name))
        {
            if (!Array.Exists(members.ToArray(), member => member.Name == name))
                reader.Note(TemplateContentsReader.Below(at, name), "unknown_field", "there is no such field here");
            else if (!seen.Add(name))
                reader.Note(TemplateContentsReader.Below(at, name), "duplicate_field", "the field stands here twice");
        }

        return new JsonPart.Map(parts);
    }

    private JsonPart.List? List(JsonElement value, string at, Reading read)
    {
        if (!IsList(value, at))
            return null;
        if (value.GetArrayLength() is 0 or > MaxParameters)
        {
            reader.Note(at, "count_invalid", $"1 to {MaxParameters} parameters are expected; leave out a component that has none");
            return null;
        }

        return new JsonPart.List([.. value.EnumerateArray().Select((item, i) => read(item, $"{at}/{i}")).OfType<JsonPart>()]);
    }

    private JsonPart.Parameter? Text(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString()))
            return reader.ReadPart(value.GetString()!, at, PartKind.Text) is { } part ? new JsonPart.Parameter(part) : null;
        reader.Note(at, "invalid_type", "expected a text that is not empty");
        return null;
    }

    /// <summary>A number, or a text with tags that renders to one.</summary>
    private JsonPart? Amount(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _))
            return new JsonPart.Constant(value.GetRawText());
        if (value.ValueKind == JsonValueKind.String)
            return reader.ReadPart(value.GetString()!, at, PartKind.Line) is { } part ? new JsonPart.Whole(part) : null;
        reader.Note(at, "invalid_type", "expected a whole number: the amount times 1000");
        return null;
    }

    /// <summary>The Cloud API wants the digit as a text.</summary>
    private JsonPart.Constant? Index(JsonElement value, string at)
    {
        var text = value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : "";
        if (text is [>= '0' and <= '9'])
            return new JsonPart.Constant($"\"{text}\"");
        reader.Note(at, "invalid_type", "expected the position of the button, 0 to 9");
        return null;
    }

    private JsonPart.Constant? CurrencyCode(JsonElement value, string at) =>
        Matching(value, at, CurrencyShape(), "currency_invalid", "a currency of ISO 4217 is expected, such as EUR") is { } code ? new JsonPart.Constant($"\"{code}\"") : null;

    private JsonPart.Constant? ParameterName(JsonElement value, string at) =>
        Matching(value, at, ParameterShape(), "name_invalid", "a parameter's name has 1 to 60 lower-case letters, digits and _") is { } name ? new JsonPart.Constant($"\"{name}\"") : null;

    /// <summary>Has been looked at already.</summary>
    private static JsonPart.Constant Word(JsonElement value, string at) => new JsonPart.Constant(value.GetRawText());

    private JsonPart.Constant? OneOf(JsonElement value, string at, params ReadOnlySpan<string> allowed)
    {
        if (value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!))
            return new JsonPart.Constant(value.GetRawText());
        reader.Note(at, "choice_invalid", $"expected one of {string.Join(", ", allowed)}");
        return null;
    }

    private string? Kind(JsonElement value, string at, string name, params ReadOnlySpan<string> allowed)
    {
        if (!reader.IsObject(value, at, "an object"))
            return null;
        if (value.TryGetProperty(name, out var kind))
            return OneOf(kind, TemplateContentsReader.Below(at, name), allowed) is null ? null : kind.GetString();
        reader.Note(TemplateContentsReader.Below(at, name), "required", $"the field is missing; it is one of {string.Join(", ", allowed)}");
        return null;
    }

    private string? Matching(JsonElement? value, string at, Regex shape, string code, string message)
    {
        if (value is null)
            reader.Note(at, "required", "the field is missing");
        else if (value.Value.ValueKind == JsonValueKind.String && value.Value.GetString() is { } text && shape.IsMatch(text))
            return text;
        else
            reader.Note(at, code, message);
        return null;
    }

    private bool IsList(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return true;
        reader.Note(at, "invalid_type", "expected a list");
        return false;
    }

    [GeneratedRegex("^([a-z0-9_]{1,512}|HX[0-9a-fA-F]{32})\\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NameShape();

    [GeneratedRegex("^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?\\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LanguageShape();

    [GeneratedRegex("^[A-Z]{3}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex CurrencyShape();

    [GeneratedRegex("^[a-z0-9_]{1,60}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex ParameterShape();
}
