using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Fragments;

/// <summary>One text of a template's contents that names partials, or that a layout stands around.</summary>
/// <param name="TakesLayout">Whether it is what a layout of the channel stands around.</param>
internal sealed record TemplateText(string Pointer, ChannelKind Channel, string Locale, bool IsHtml, bool TakesLayout, FragmentText Text);

/// <summary>Goes over contents as they were sent, before they are resolved, and finds their texts. What has another shape than contents is left to be refused later.</summary>
internal sealed class TemplateTexts
{
    private readonly List<TemplateText> found = [];
    private readonly List<TemplateIssue> issues = [];
    private readonly bool hasLayout;

    private TemplateTexts(bool hasLayout) => this.hasLayout = hasLayout;

    public static (IReadOnlyList<TemplateText> Texts, IReadOnlyList<TemplateIssue> Issues) In(JsonElement contents, string pointer, bool hasLayout)
    {
        var texts = new TemplateTexts(hasLayout);
        foreach (var (channel, channelAt, locales) in Members(contents, pointer))
        {
            if (!ChannelKinds.TryParse(channel, out var kind))
                continue;
            foreach (var (locale, localeAt, content) in Members(locales, channelAt))
            {
                foreach (var (field, at, value) in Members(content, localeAt))
                    texts.Walk(kind, locale.Replace('_', '-'), value, at, field);
            }
        }

        return (texts.found, texts.issues);
    }

    private void Walk(ChannelKind channel, string locale, JsonElement value, string at, string? field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Add(channel, locale, value.GetString()!, at, field);
                break;
            case JsonValueKind.Object:
                foreach (var (_, below, member) in Members(value, at))
                    Walk(channel, locale, member, below, field: null);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                    Walk(channel, locale, item, $"{at}/{index}", field: null);
                break;
        }
    }

    private void Add(ChannelKind channel, string locale, string source, string at, string? field)
    {
        var isHtml = field == "html" && FragmentContentsReader.HasHtml(channel);
        var takesLayout = hasLayout && (isHtml || field == "text");
        if (!takesLayout && !MayNamePartials(source))
            return;
        var (partials, refused) = TemplateParser.FindPartials(source, isHtml);
        if (refused is not null)
            Note(new TemplateIssue(at, refused.Code, refused.Message));
        else if (partials.FirstOrDefault(tag => tag.IsSlot) is { } slot)
            Note(new TemplateIssue(at, FragmentCodes.Slot, new TemplateRefusedException(FragmentCodes.Slot, slot.Start, $"{{{{> {PartialTag.Slot}}}}} stands in layouts only").In(source).Message));
        else if (takesLayout || partials.Count > 0)
            found.Add(new TemplateText(at, channel, locale, isHtml, takesLayout, new FragmentText("", source, partials)));
    }

    private void Note(TemplateIssue issue)
    {
        if (issues.Count < TemplateContentsReader.MaxIssues)
            issues.Add(issue);
    }

    /// <summary>Whether some tag begins as a partial's. Most texts name none, and are not parsed for it.</summary>
    private static bool MayNamePartials(string source)
    {
        for (var at = source.IndexOf("{{", StringComparison.Ordinal); at >= 0; at = source.IndexOf("{{", at + 2, StringComparison.Ordinal))
        {
            var rest = source.AsSpan(at + 2);
            if (rest.StartsWith("~"))
                rest = rest[1..];
            if (rest.TrimStart().StartsWith(">"))
                return true;
        }

        return false;
    }

    private static IEnumerable<(string Name, string Pointer, JsonElement Value)> Members(JsonElement value, string pointer) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().Select(member => (member.Name, TemplateContentsReader.Below(pointer, member.Name), member.Value))
        : [];
}
