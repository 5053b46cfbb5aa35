using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Fragments;

/// <summary>
/// Reads the <c>contents</c> of a layout or partial, as it stands in a request or a row: per channel and locale a <c>text</c>, and <c>html</c> where the
/// channel has HTML. Every text must be whole by itself: what it opens it closes.
/// </summary>
internal sealed class FragmentContentsReader
{
    private readonly FragmentKind kind;
    private readonly string name;
    private readonly List<TemplateIssue> issues = [];
    private int characters;

    private FragmentContentsReader(FragmentKind kind, string key) => (this.kind, name) = (kind, $"{kind.ToName()} {key}");

    public static (FragmentContents? Contents, IReadOnlyList<TemplateIssue> Issues) Read(FragmentKind kind, string key, JsonElement contents, string pointer)
    {
        var reader = new FragmentContentsReader(kind, key);
        var channels = reader.ReadChannels(contents, pointer);
        return reader.issues.Count == 0 ? (new FragmentContents(channels), []) : (null, reader.issues);
    }

    /// <summary>Whether a channel's templates have HTML, and where.</summary>
    internal static bool HasHtml(ChannelKind channel) => ChannelTable.Of(channel).Template.Any(field => field.Kind == PartKind.Html);

    private Dictionary<ChannelKind, IReadOnlyList<LocalizedFragment>> ReadChannels(JsonElement contents, string pointer)
    {
        var channels = new Dictionary<ChannelKind, IReadOnlyList<LocalizedFragment>>();
        if (!IsObject(contents, pointer, "an object of channels"))
            return channels;
        foreach (var member in contents.EnumerateObject())
        {
            var at = TemplateContentsReader.Below(pointer, member.Name);
            if (!ChannelKinds.TryParse(member.Name, out var channel))
                Note(at, "unknown_channel", $"there is no such channel; there are {ChannelKinds.Names}");
            else if (!channels.TryAdd(channel, ReadLocales(channel, member.Value, at)))
                Note(at, "duplicate_field", "the channel stands here twice");
        }

        if (channels.Count == 0)
            Note(pointer, "required", $"a {kind.ToName()} has at least one channel");
        return channels;
    }

    private List<LocalizedFragment> ReadLocales(ChannelKind channel, JsonElement value, string pointer)
    {
        var locales = new List<LocalizedFragment>();
        if (!IsObject(value, pointer, "an object of locales, such as { \"en\": { … } }"))
            return locales;
        foreach (var member in value.EnumerateObject())
        {
            var at = TemplateContentsReader.Below(pointer, member.Name);
            var locale = member.Name.Replace('_', '-');
            if (!LocaleName.IsValid(member.Name))
                Note(at, "locale_invalid", "this is not a locale; write one such as en or fr-CA");
            else if (locales.Exists(other => string.Equals(other.Locale, locale, StringComparison.OrdinalIgnoreCase)))
                Note(at, "duplicate_field", "the locale stands here twice");
            else if (locales.Count == TemplateLimits.LocalesPerChannel)
                Note(at, TemplateCodes.TooComplex, $"a channel may have {TemplateLimits.LocalesPerChannel} locales");
            else if (IsObject(member.Value, at, "an object"))
                locales.Add(ReadTexts(channel, locale, member.Value, at));
        }

        if (locales.Count == 0)
            Note(pointer, "required", "a channel has at least one locale");
        return locales;
    }

    private LocalizedFragment ReadTexts(ChannelKind channel, string locale, JsonElement value, string pointer)
    {
        FragmentText? html = null;
        FragmentText? text = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var at = TemplateContentsReader.Below(pointer, member.Name);
            if (!seen.Add(member.Name))
                Note(at, "duplicate_field", "the field stands here twice");
            else if (member.Name == "text")
                text = ReadText(member.Value, at, isHtml: false);
            else if (member.Name == "html" && HasHtml(channel))
                html = ReadText(member.Value, at, isHtml: true);
            else
                Note(at, "unknown_field", HasHtml(channel) ? "there are html and text here" : "there is text here, and nothing else");
        }

        if (seen.Count == 0)
            Note(pointer, "required", HasHtml(channel) ? "html or text is needed" : "text is needed");
        return new LocalizedFragment(locale, html, text);
    }

    private FragmentText? ReadText(JsonElement value, string pointer, bool isHtml)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Note(pointer, "invalid_type", "expected a text");
            return null;
        }

        var source = value.GetString()!;
        characters += source.Length;
        if (characters > FragmentLimits.Characters)
        {
            Note(pointer, TemplateCodes.TooComplex, $"all texts of a {kind.ToName()} together may have {FragmentLimits.Characters} characters");
            return null;
        }

        var (partials, refused) = TemplateParser.FindPartials(source, isHtml);
        var slots = partials.Count(tag => tag.IsSlot);
        if (refused is not null)
            Note(pointer, refused.Code, refused.Message);
        else if (kind == FragmentKind.Layout && slots != 1)
            Note(pointer, FragmentCodes.Slot, $"a layout's text says once where the template's own goes: {{{{> {PartialTag.Slot}}}}}; here it stands {slots} times");
        else if (kind == FragmentKind.Partial && slots > 0)
            Note(pointer, FragmentCodes.Slot, $"{{{{> {PartialTag.Slot}}}}} stands in layouts only");
        return new FragmentText(name, source, partials);
    }

    private bool IsObject(JsonElement value, string pointer, string expected)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        Note(pointer, "invalid_type", $"expected {expected}");
        return false;
    }

    private void Note(string pointer, string code, string message)
    {
        if (issues.Count < TemplateContentsReader.MaxIssues)
            issues.Add(new TemplateIssue(pointer, code, message));
    }
}
