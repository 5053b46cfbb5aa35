using System.Globalization;
using System.Text.Json;

namespace NotificationService.Templates.Rendering;

/// <summary>JSON whose texts are templates, such as the components of an approved WhatsApp template: rendered text by text, so that a value never becomes structure.</summary>
internal abstract record JsonPart
{
    public sealed record Text(TemplatePart Part) : JsonPart;

    /// <summary>A whole number, written as one if what was rendered is one.</summary>
    public sealed record Whole(TemplatePart Part) : JsonPart;

    /// <summary>A text in which WhatsApp takes neither line breaks nor tabs nor more than four spaces in a row.</summary>
    public sealed record Parameter(TemplatePart Part) : JsonPart;

    public sealed record List(IReadOnlyList<JsonPart> Items) : JsonPart;

    public sealed record Map(IReadOnlyList<(string Name, JsonPart Value)> Members) : JsonPart;

    /// <summary>A number, a boolean or null, as it was written.</summary>
    public sealed record Constant(string Json) : JsonPart;

    public IEnumerable<TemplatePart> Parts => this switch
    {
        Text text => [text.Part],
        Whole whole => [whole.Part],
        Parameter parameter => [parameter.Part],
        List list => list.Items.SelectMany(item => item.Parts),
        Map map => map.Members.SelectMany(member => member.Value.Parts),
        _ => [],
    };

    public string Render(PlainMap model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, model);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void Write(Utf8JsonWriter writer, PlainMap model)
    {
        switch (this)
        {
            case Text text:
                writer.WriteStringValue(text.Part.Render(model));
                break;
            case Parameter parameter:
                writer.WriteStringValue(FewSpaces(TemplatePart.OneLine(parameter.Part.Render(model))));
                break;
            case Whole whole:
                var digits = whole.Part.Render(model);
                if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                    writer.WriteNumberValue(number);
                else
                    writer.WriteStringValue(digits);
                break;
            case Constant constant:
                writer.WriteRawValue(constant.Json);
                break;
            case List list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                    item.Write(writer, model);
                writer.WriteEndArray();
                break;
            case Map map:
                writer.WriteStartObject();
                foreach (var (name, value) in map.Members)
                {
                    writer.WritePropertyName(name);
                    if (name == "url" && value is Text address)
                        writer.WriteStringValue(Address(address.Part.Render(model)));
                    else
                        value.Write(writer, model);
                }

                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>Where a person is led: nothing that a browser would run.</summary>
    private static string Address(string text) => HtmlLinks.IsForbidden(text) ? "" : TemplatePart.OneLine(text);

    private static string FewSpaces(string text) =>
        text.Contains("     ", StringComparison.Ordinal) ? TemplatePart.Collapse(text, longestRun: 4, static c => c == ' ') : text;
}
