using NotificationService.Channels;

namespace NotificationService.Templates.Fragments;

/// <summary>The texts of a layout or partial: per channel its locales in the order they were written.</summary>
internal sealed class FragmentContents(IReadOnlyDictionary<ChannelKind, IReadOnlyList<LocalizedFragment>> channels)
{
    /// <summary>The keys of the partials that any of its texts names, each once.</summary>
    public IReadOnlyList<string> Includes =>
        [.. channels.Values.SelectMany(locales => locales).SelectMany(locale => locale.Texts).SelectMany(text => text.Partials)
            .Where(tag => !tag.IsSlot).Select(tag => tag.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public bool Has(ChannelKind channel) => channels.ContainsKey(channel);

    /// <summary>The text for a place: of its channel and locale as templates choose theirs, HTML where the place is HTML.</summary>
    public FragmentText? Find(ChannelKind channel, string locale, bool isHtml)
    {
        if (!channels.TryGetValue(channel, out var locales))
            return null;
        var chosen = locales[LocaleName.Choose([.. locales.Select(each => each.Locale)], locale)];
        return isHtml ? chosen.Html : chosen.Text;
    }
}

/// <summary>What a layout or partial says in one channel and locale.</summary>
internal sealed record LocalizedFragment(string Locale, FragmentText? Html, FragmentText? Text)
{
    public IEnumerable<FragmentText> Texts => new[] { Html, Text }.OfType<FragmentText>();
}
