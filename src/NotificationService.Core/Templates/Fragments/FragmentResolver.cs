using System.Text;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Fragments;

/// <summary>
/// Puts partials and a layout into the texts of one version. Pure: the same texts and fragments give the same characters. It writes until a bound is
/// reached and looks at nothing after it, so that what would grow without end costs no more than the largest template there may be.
/// </summary>
internal sealed class FragmentResolver(FragmentSet fragments, string? layout)
{
    private readonly HashSet<(FragmentKind, string)> used = [];
    private readonly List<string> chain = [];
    private readonly List<ResolvedText.Piece> pieces = [];
    private readonly StringBuilder written = new();
    private int replacements;
    private int characters;

    /// <summary>What went in so far, each once.</summary>
    public IReadOnlyList<LoadedFragment> Used => [.. used.Select(each => fragments.Find(each.Item1, each.Item2)).OfType<LoadedFragment>().OrderBy(each => each.Kind).ThenBy(each => each.Key, StringComparer.Ordinal)];

    public (ResolvedText? Text, TemplateIssue? Issue) Resolve(TemplateText text)
    {
        chain.Clear();
        pieces.Clear();
        written.Clear();
        try
        {
            if (text.TakesLayout && Layout(text) is { } around)
                Write(text, around, text.Text);
            else
                Write(text, text.Text, content: null);
        }
        catch (RefusedException refused)
        {
            return (null, new TemplateIssue(text.Pointer, refused.Code, refused.Message));
        }

        characters += written.Length;
        return (new ResolvedText(written.ToString(), [.. pieces]), null);
    }

    private FragmentText? Layout(TemplateText text)
    {
        if (layout is null || fragments.Find(FragmentKind.Layout, layout) is not { } found)
            return null;
        used.Add((FragmentKind.Layout, layout));
        return found.Contents.Find(text.Channel, text.Locale, text.IsHtml);
    }

    private void Write(TemplateText place, FragmentText text, FragmentText? content)
    {
        var from = 0;
        var trimsStart = false;
        foreach (var tag in text.Partials)
        {
            Append(text, from, tag.Start, trimsStart, tag.Trim.Before);
            (from, trimsStart) = (tag.End, tag.Trim.After);
            if (++replacements > FragmentLimits.Replacements)
                throw Refuse(text, tag, TemplateCodes.TooComplex, $"a template may take {FragmentLimits.Replacements} partials in, those within partials counted each time");
            if (!tag.IsSlot)
                Include(place, text, tag);
            else if (content is not null)
                Write(place, content, content: null);
        }

        Append(text, from, text.Source.Length, trimsStart, trimsEnd: false);
    }

    private void Include(TemplateText place, FragmentText text, PartialTag tag)
    {
        if (chain.Contains(tag.Key, StringComparer.Ordinal))
            throw Refuse(text, tag, FragmentCodes.Cycle, $"a partial would stand within itself: {string.Join(" → ", [.. chain, tag.Key])}");
        if (chain.Count == FragmentLimits.Depth)
            throw Refuse(text, tag, TemplateCodes.TooComplex, $"partials may stand {FragmentLimits.Depth} deep within each other");
        if (fragments.Find(FragmentKind.Partial, tag.Key) is not { } partial)
            throw Refuse(text, tag, FragmentCodes.Unknown, $"there is no partial {tag.Key}");
        if (partial.Contents.Find(place.Channel, place.Locale, place.IsHtml) is not { } included)
            throw Refuse(text, tag, FragmentCodes.Unknown, $"the partial {tag.Key} has no {(place.IsHtml ? "html" : "text")} for {place.Channel.ToName()}");
        used.Add((FragmentKind.Partial, tag.Key));
        chain.Add(tag.Key);
        Write(place, included, content: null);
        chain.RemoveAt(chain.Count - 1);
    }

    private void Append(FragmentText text, int from, int to, bool trimsStart, bool trimsEnd)
    {
        var source = text.Source;
        while (trimsStart && from < to && char.IsWhiteSpace(source[from]))
            from++;
        while (trimsEnd && to > from && char.IsWhiteSpace(source[to - 1]))
            to--;
        if (from == to)
            return;
        if (written.Length + to - from > TemplateLimits.SourceCharacters)
            throw new RefusedException(TemplateCodes.TooComplex, $"with its layout and partials this has more than the {TemplateLimits.SourceCharacters} characters that a part of a template may have");
        if (characters + written.Length + to - from > TemplateLimits.VersionCharacters)
            throw new RefusedException(TemplateCodes.TooComplex, $"with layout and partials all parts of the template together have more than {TemplateLimits.VersionCharacters} characters");
        pieces.Add(new ResolvedText.Piece(written.Length, text, from));
        written.Append(source, from, to - from);
    }

    private static RefusedException Refuse(FragmentText text, PartialTag tag, string code, string reason) => new(code, ResolvedText.Explain(text, tag.Start, code, reason));

    /// <summary>Leaves the resolver from any depth; never leaves it.</summary>
    private sealed class RefusedException(string code, string message) : Exception(message)
    {
        public string Code { get; } = code;
    }
}
