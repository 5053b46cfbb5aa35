using NotificationService.Channels;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates;

/// <summary>The contents of one version, read and checked: per channel its locales in the order they were written.</summary>
internal sealed class TemplateContents
{
    private readonly IReadOnlyDictionary<ChannelKind, ChannelContents> channels;

    public TemplateContents(IReadOnlyDictionary<ChannelKind, ChannelContents> channels, IReadOnlyList<(string Pointer, TemplatePart Part)> parts)
    {
        this.channels = channels;
        Parts = parts;
        Channels = [.. channels.Keys.Order()];
        NamesBrand = parts.Any(part => part.Part.NamesBrand);
        Weight = parts.Sum(part => part.Part.Weight);
    }

    public IReadOnlyList<ChannelKind> Channels { get; }

    public IReadOnlyList<(string Pointer, TemplatePart Part)> Parts { get; }

    /// <summary>Whether any of it may say something of the tenant.</summary>
    public bool NamesBrand { get; }

    public long Weight { get; }

    public IReadOnlyList<string> VariablesOf(ChannelKind channel) => channels.TryGetValue(channel, out var contents)
        ? [.. contents.Contents.SelectMany(content => content.Needs.Paths).Distinct(StringComparer.Ordinal)]
        : [];

    /// <summary>In the order in which they were written.</summary>
    public IReadOnlyList<string> LocalesOf(ChannelKind channel) => channels.TryGetValue(channel, out var contents) ? contents.Locales : [];

    public (LocalizedContent Content, string Locale)? Find(ChannelKind channel, string? locale)
    {
        if (!channels.TryGetValue(channel, out var contents))
            return null;
        var index = LocaleName.Choose(contents.Locales, locale);
        return (contents.Contents[index], contents.Locales[index]);
    }
}

internal sealed record ChannelContents(IReadOnlyList<string> Locales, IReadOnlyList<LocalizedContent> Contents);
