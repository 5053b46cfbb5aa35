using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates;

/// <summary>The fields of one channel in one locale. Which they are stands in the channel's row; whatever was not asked for is refused.</summary>
internal sealed class TemplateFields(JsonElement content, string pointer, TemplateContentsReader reader)
{
    private const int JsonDepth = 8;
    private const int DataEntries = 50;
    private const int MaxActions = 5;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>The fields that the channel's row has, in their order.</summary>
    public LocalizedContent Read(ChannelRow channel)
    {
        if (channel.TakesApprovedTemplates && Has("templateName"))
            return Approved();
        var texts = new Dictionary<ContentPart, TemplatePart?>();
        List<(string, TemplatePart)> data = [];
        List<(string, JsonPart)> actions = [];
        foreach (var field in channel.Template)
        {
            var name = field.Part.ToName();
            if (field.Part == ContentPart.Data)
                data = Data(name);
            else if (field.Part == ContentPart.Actions)
                actions = Actions(name);
            else
                texts[field.Part] = Text(name, field.Kind, field.IsRequired);
            if (field.Need is { } need && !need.AnyOf.Any(part => Has(part.ToName())))
                reader.Note(pointer, "required", need.Missing);
        }

        return new()
        {
            Subject = texts.GetValueOrDefault(ContentPart.Subject),
            Html = texts.GetValueOrDefault(ContentPart.Html),
            Text = texts.GetValueOrDefault(ContentPart.Text),
            Title = texts.GetValueOrDefault(ContentPart.Title),
            Body = texts.GetValueOrDefault(ContentPart.Body),
            ActionUrl = texts.GetValueOrDefault(ContentPart.ActionUrl),
            ImageUrl = texts.GetValueOrDefault(ContentPart.ImageUrl),
            CollapseKey = texts.GetValueOrDefault(ContentPart.CollapseKey),
            Data = data,
            Json = actions,
        };
    }

    /// <summary>A template that WhatsApp approved, in place of a text for an open conversation.</summary>
    private LocalizedContent Approved()
    {
        var approved = new ApprovedTemplateFields(reader);
        var name = approved.Name(Field("templateName"), At("templateName"));
        var language = approved.Language(Field("languageCode"), At("languageCode"));
        var components = Field("components") is { } value ? approved.Components(value, At("components")) : new JsonPart.List([]);
        return new() { Approved = name is not null && language is not null && components is not null ? new ApprovedContent(name, language, components) : null };
    }

    public void RefuseTheRest()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in content.EnumerateObject())
        {
            if (!known.Contains(member.Name) && Attachments.Is(member.Name))
                reader.Note(At(member.Name), Attachments.Code, Attachments.Message);
            else if (!known.Contains(member.Name))
                reader.Note(At(member.Name), "unknown_field", "there is no such field here");
            else if (!seen.Add(member.Name))
                reader.Note(At(member.Name), "duplicate_field", "the field stands here twice");
        }
    }

    private bool Has(string name) => content.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private string At(string name) => TemplateContentsReader.Below(pointer, name);

    /// <summary>The field's value; null if it is not there. Null in JSON counts as not there.</summary>
    private JsonElement? Field(string name)
    {
        known.Add(name);
        return Has(name) ? content.GetProperty(name) : null;
    }

    private TemplatePart? Text(string name, PartKind kind, bool required = false)
    {
        if (Field(name) is not { } value)
        {
            if (required)
                reader.Note(At(name), "required", "the field is missing");
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            reader.Note(At(name), "invalid_type", "expected a text");
            return null;
        }

        var source = value.GetString()!;
        if (required && string.IsNullOrWhiteSpace(source))
        {
            reader.Note(At(name), "required", "the field is empty");
            return null;
        }

        return reader.ReadPart(source, At(name), kind);
    }

    private List<(string, TemplatePart)> Data(string name)
    {
        var data = new List<(string, TemplatePart)>();
        if (Field(name) is not { } value || !reader.IsObject(value, At(name), "an object of texts"))
            return data;
        foreach (var member in value.EnumerateObject())
        {
            var at = TemplateContentsReader.Below(At(name), member.Name);
            if (member.Value.ValueKind != JsonValueKind.String)
                reader.Note(at, "invalid_type", "expected a text");
            else if (data.Count == DataEntries || member.Name.Length > 100)
                reader.Note(at, TemplateCodes.TooComplex, $"data may have {DataEntries} entries with names of 100 characters");
            else if (IsReserved(member.Name))
                reader.Note(at, "reserved_name", "push services keep this name for themselves: from, message_type, google.…, gcm.notification.…; the service sets notificationId and deliveryId");
            else if (reader.ReadPart(member.Value.GetString()!, at, PartKind.Text) is { } part)
                data.Add((member.Name, part));
        }

        return data;
    }

    private static bool IsReserved(string name) => name is "from" or "message_type" or "notificationId" or "deliveryId"
        || name.StartsWith("google.", StringComparison.Ordinal) || name.StartsWith("gcm.notification.", StringComparison.Ordinal);

    private List<(string, JsonPart)> Actions(string name)
    {
        if (Field(name) is not { } actions || !IsList(actions, name))
            return [];
        if (actions.GetArrayLength() > MaxActions)
            reader.Note(At(name), TemplateCodes.TooComplex, $"an item may have {MaxActions} actions");
        var index = 0;
        foreach (var action in actions.EnumerateArray())
        {
            var at = $"{At(name)}/{index++}";
            if (reader.IsObject(action, at, "an object with a label") && !action.TryGetProperty("label", out _))
                reader.Note($"{at}/label", "required", "the field is missing");
        }

        return ReadJson(actions, At(name), 1) is { } json ? [(name, json)] : [];
    }

    private bool IsList(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return true;
        reader.Note(At(name), "invalid_type", "expected a list");
        return false;
    }

    private JsonPart? ReadJson(JsonElement value, string at, int depth)
    {
        if (depth > JsonDepth)
        {
            reader.Note(at, TemplateCodes.TooComplex, $"this may be {JsonDepth} levels deep");
            return null;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return reader.ReadPart(value.GetString()!, at, PartKind.Text) is { } part ? new JsonPart.Text(part) : null;
            case JsonValueKind.Array:
                return new JsonPart.List([.. value.EnumerateArray().Select((item, i) => ReadJson(item, $"{at}/{i}", depth + 1)).OfType<JsonPart>()]);
            case JsonValueKind.Object:
                return new JsonPart.Map([.. value.EnumerateObject()
                    .Select(member => (member.Name, Value: ReadJson(member.Value, TemplateContentsReader.Below(at, member.Name), depth + 1)))
                    .Where(member => member.Value is not null)
                    .Select(member => (member.Name, member.Value!))]);
            default:
                return new JsonPart.Constant(value.GetRawText());
        }
    }
}
