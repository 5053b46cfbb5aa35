using System.Text;
using System.Text.Json;
using NotificationService.Storage;

namespace NotificationService.Templates.Fragments;

/// <summary>A template's contents with layout and partials in them, as the render path takes them, or everything that is wrong with them.</summary>
/// <param name="Contents">As JSON; the source itself where nothing was put in.</param>
/// <param name="Template">Ready to render; null where there are issues.</param>
/// <param name="Used">The layouts and partials that they are made of.</param>
public sealed record AssembledTemplate(string Contents, CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues, IReadOnlyList<LoadedFragment> Used)
{
    internal short[] Channels => Template is null ? [] : [.. Template.Channels.Select(channel => (short)channel)];

    /// <summary>Makes contents of a source with these layouts and partials.</summary>
    public static AssembledTemplate Of(string source, string? layout, IReadOnlyList<LoadedFragment> fragments)
    {
        using var document = JsonDocument.Parse(source);
        var (texts, issues) = TemplateTexts.In(document.RootElement, "/contents", layout is not null);
        return issues.Count > 0 ? Refused(source, issues) : Of(document.RootElement, source, layout, texts, FragmentSet.Of(fragments));
    }

    /// <summary>Makes contents of a source. The same source and fragments give the same contents, byte for byte.</summary>
    internal static AssembledTemplate Of(JsonElement source, string text, string? layout, IReadOnlyList<TemplateText> texts, FragmentSet fragments)
    {
        if (fragments.Excess is { } excess)
            return Refused(text, [new TemplateIssue("/contents", TemplateCodes.TooComplex, excess)]);
        if (layout is not null && fragments.Find(FragmentKind.Layout, layout) is null)
            return Refused(text, [new TemplateIssue("/layout", FragmentCodes.LayoutUnknown, "there is no such layout")]);
        var resolver = new FragmentResolver(fragments, layout);
        var resolved = new Dictionary<string, ResolvedText>(StringComparer.Ordinal);
        var issues = new List<TemplateIssue>();
        foreach (var each in texts)
        {
            var (made, issue) = resolver.Resolve(each);
            if (made is not null)
                resolved[each.Pointer] = made;
            else if (issue is not null && issues.Count < TemplateContentsReader.MaxIssues)
                issues.Add(issue);
        }

        if (issues.Count > 0)
            return Refused(text, issues);
        var contents = resolved.Count == 0 ? text : Rewritten(source, resolved);
        using var document = JsonDocument.Parse(contents);
        var (read, found) = TemplateContentsReader.Read(document.RootElement, "/contents", resolved);
        return new AssembledTemplate(contents, read is null ? null : new CompiledTemplate(read), found, resolver.Used);
    }

    internal static AssembledTemplate Refused(string text, IReadOnlyList<TemplateIssue> issues) => new(text, null, issues, []);

    /// <summary>What was assembled before and does not change any more.</summary>
    internal static AssembledTemplate Stored(string contents)
    {
        using var document = JsonDocument.Parse(contents);
        var (template, issues) = TemplateContentsCheck.Read(document.RootElement, "/contents");
        return new AssembledTemplate(contents, template, issues, []);
    }

    private static string Rewritten(JsonElement source, Dictionary<string, ResolvedText> resolved)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, ReadableJson.Writer))
            Write(writer, source, "/contents", resolved);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, string pointer, Dictionary<string, ResolvedText> resolved)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, TemplateContentsReader.Below(pointer, member.Name), resolved);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var (index, item) in value.EnumerateArray().Index())
                    Write(writer, item, $"{pointer}/{index}", resolved);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when resolved.TryGetValue(pointer, out var text):
                writer.WriteStringValue(text.Text);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
