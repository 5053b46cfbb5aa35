using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>Content that a request gives in place of a template, as each channel takes it.</summary>
public static class InlineParts
{
    /// <summary>The parts that the channel has.</summary>
    public static RenderedContent Of(ChannelKind channel, InlineContent content)
    {
        var parts = ChannelTable.Of(channel).Inline;
        return new RenderedContent
        {
            Subject = Take(ContentPart.Subject),
            Html = Take(ContentPart.Html),
            Text = Take(ContentPart.Text),
            Title = Take(ContentPart.Title),
            Body = Take(ContentPart.Body),
            ActionUrl = Take(ContentPart.ActionUrl),
        };

        string? Take(ContentPart wanted)
        {
            foreach (var part in parts)
            {
                if (part.Part == wanted)
                    return First(content, part.From);
            }

            return null;
        }
    }

    /// <summary>The first of some parts that is given.</summary>
    public static string? First(InlineContent content, IReadOnlyList<ContentPart> parts)
    {
        foreach (var part in parts)
        {
            if (TextOf(content, part) is { } text)
                return text;
        }

        return null;
    }

    private static string? TextOf(InlineContent content, ContentPart part) => part switch
    {
        ContentPart.Subject => content.Subject,
        ContentPart.Html => content.Html,
        ContentPart.Text => content.Text,
        ContentPart.Title => content.Title,
        ContentPart.Body => content.Body,
        ContentPart.ActionUrl => content.ActionUrl,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no request gives it in place of a template"),
    };
}
