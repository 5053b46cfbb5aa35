using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Language;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates;

/// <summary>
/// Reads <c>contents</c> as it stands in a request or a row: strictly the shape of each channel, every text through the
/// parser. Whatever is wrong is noted with its pointer, all of it at once.
/// </summary>
internal sealed class TemplateContentsReader
{
    /// <summary>Enough to correct; a body of errors does not come back in full.</summary>
    internal const int MaxIssues = 50;

    private readonly List<TemplateIssue> issues = [];
    private readonly List<(string Pointer, TemplatePart Part)> parts = [];
    private readonly IReadOnlyDictionary<string, ResolvedText>? origins;
    private int tags;
    private int values;
    private int characters;

    private TemplateContentsReader(IReadOnlyDictionary<string, ResolvedText>? origins) => this.origins = origins;

    /// <summary>The contents, or the reasons why they are none. Where a text was made of several, a refusal is about the one that somebody wrote.</summary>
    public static (TemplateContents? Contents, IReadOnlyList<TemplateIssue> Issues) Read(
        JsonElement contents, string pointer, IReadOnlyDictionary<string, ResolvedText>? origins = null)
    {
        var reader = new TemplateContentsReader(origins);
        var read = reader.ReadChannels(contents, pointer);
        return reader.issues.Count == 0 ? (read, []) : (null, reader.issues);
    }

    private TemplateContents? ReadChannels(JsonElement contents, string pointer)
    {
        var channels = new Dictionary<ChannelKind, ChannelContents>();
        if (!IsObject(contents, pointer, "an object of channels"))
            return null;
        foreach (var member in contents.EnumerateObject())
        {
            var at = Below(pointer, member.Name);
            if (!ChannelKinds.TryParse(member.Name, out var channel))
                Note(at, "unknown_channel", $"there is no such channel; there are {ChannelKinds.Names}");
            else if (ReadLocales(channel, member.Value, at) is { } locales && !channels.TryAdd(channel, locales))
                Note(at, "duplicate_field", "the channel stands here twice");
        }

        if (channels.Count == 0 && issues.Count == 0)
            Note(pointer, "required", "a template has at least one channel");
        return new TemplateContents(channels, parts);
    }

    private ChannelContents? ReadLocales(ChannelKind channel, JsonElement value, string pointer)
    {
        if (!IsObject(value, pointer, "an object of locales, such as { \"en\": { … } }"))
            return null;
        var locales = new List<string>();
        var contents = new List<LocalizedContent>();
        foreach (var member in value.EnumerateObject())
        {
            var at = Below(pointer, member.Name);
            if (!LocaleName.IsValid(member.Name))
                Note(at, "locale_invalid", "this is not a locale; write one such as en or fr-CA");
            else if (locales.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
                Note(at, "duplicate_field", "the locale stands here twice");
            else if (locales.Count == TemplateLimits.LocalesPerChannel)
                Note(at, TemplateCodes.TooComplex, $"a channel may have {TemplateLimits.LocalesPerChannel} locales");
            else if (IsObject(member.Value, at, "an object") && ReadContent(channel, member.Value, at) is { } content)
                AddTo(locales, member.Name, contents, content);
        }

        if (locales.Count == 0 && issues.Count == 0)
            Note(pointer, "required", "a channel has at least one locale");
        return new ChannelContents(locales, contents);
    }

    private static void AddTo(List<string> locales, string locale, List<LocalizedContent> contents, LocalizedContent content)
    {
        locales.Add(locale.Replace('_', '-'));
        contents.Add(content);
    }

    private LocalizedContent? ReadContent(ChannelKind channel, JsonElement value, string pointer)
    {
        var fields = new TemplateFields(value, pointer, this);
        var content = fields.Read(ChannelTable.Of(channel));
        fields.RefuseTheRest();
        return content;
    }

    internal TemplatePart? ReadPart(string source, string pointer, PartKind kind)
    {
        switch (TemplateParser.Parse(source, kind == PartKind.Html))
        {
            case ParseOutcome.Refused refused:
                Note(pointer, refused.Code, origins?.GetValueOrDefault(pointer) is { } origin ? origin.Explain(refused) : refused.Message);
                return null;
            case ParseOutcome.Parsed parsed:
                tags += parsed.Tree.Tags;
                values += parsed.Tree.Values;
                characters += source.Length;
                if (tags > TemplateLimits.VersionTags || values > TemplateLimits.VersionValues || characters > TemplateLimits.VersionCharacters)
                {
                    Note(pointer, TemplateCodes.TooComplex,
                        $"all parts of a template together may have {TemplateLimits.VersionTags} tags with {TemplateLimits.VersionValues} values and {TemplateLimits.VersionCharacters} characters");
                    return null;
                }

                var part = new TemplatePart(source, parsed.Tree, kind);
                parts.Add((pointer, part));
                return part;
            default:
                throw new InvalidOperationException("no such outcome");
        }
    }

    internal void Note(string pointer, string code, string message)
    {
        if (issues.Count < MaxIssues)
            issues.Add(new TemplateIssue(pointer, code, message));
    }

    internal static string Below(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    internal bool IsObject(JsonElement value, string pointer, string expected)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        Note(pointer, "invalid_type", $"expected {expected}");
        return false;
    }
}
