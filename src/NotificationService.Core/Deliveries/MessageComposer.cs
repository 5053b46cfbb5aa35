using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Templates;

namespace NotificationService.Deliveries;

/// <summary>Makes the message of one delivery: renders the pinned version or takes the inline content, and puts in the address. Calls nobody.</summary>
public static class MessageComposer
{
    public static Composition Compose(ClaimedDelivery delivery, StoredNotification notification, CompiledTemplate? template)
    {
        var recipient = notification.Recipient;
        if (template is null)
        {
            return notification.Content is { } inline
                ? Address(delivery.Channel, recipient, new RenderedContent(inline.Subject, inline.Html, inline.Text, inline.Title, inline.Body, inline.ActionUrl, NoData))
                : new Composition.Unusable("content_missing", "there is neither a template nor content");
        }

        return template.Render(delivery.Channel, recipient.Locale, notification.Data, recipient.ForTemplates()) switch
        {
            RenderOutcome.Rendered rendered => Address(delivery.Channel, recipient, rendered.Content),
            RenderOutcome.Failed failed => new Composition.Unusable(failed.Code, failed.Message),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static Composition Address(ChannelKind channel, StoredRecipient to, RenderedContent content) => channel switch
    {
        ChannelKind.Email when to.Email is { } email =>
            new Composition.Ready(new ChannelMessage.Email(new EmailAddress(email, to.Name), content.Subject ?? "", content.Html, content.Text)),
        ChannelKind.Sms when to.Phone is { } phone => new Composition.Ready(new ChannelMessage.Sms(phone, Words(content))),
        ChannelKind.WhatsApp when (to.Whatsapp ?? to.Phone) is { } number => new Composition.Ready(
            content.Approved is { } approved
                ? new ChannelMessage.WhatsApp(number, null, new WhatsAppTemplate(approved.Name, approved.Language, approved.Components))
                : new ChannelMessage.WhatsApp(number, Words(content))),
        ChannelKind.Push when to.DeviceTokens is { Count: > 0 } tokens =>
            new Composition.Ready(new ChannelMessage.Push(tokens, content.Title ?? "", content.Body ?? content.Text ?? "", content.Data)
            {
                ImageUrl = content.ImageUrl,
                ActionUrl = content.ActionUrl,
                CollapseKey = content.CollapseKey,
            }),
        ChannelKind.InApp when to.UserId is { } user =>
            new Composition.Ready(new ChannelMessage.InApp(user, content.Title ?? content.Subject ?? "", content.Body ?? content.Text ?? "", content.ActionUrl)),
        _ => new Composition.NoAddress(),
    };

    private static string Words(RenderedContent content) => content.Text ?? content.Body ?? "";

    private static readonly IReadOnlyDictionary<string, string> NoData = new Dictionary<string, string>();
}

/// <summary>A message, or why there is none.</summary>
public abstract record Composition
{
    private Composition()
    {
    }

    public sealed record Ready(ChannelMessage Message) : Composition;

    public sealed record NoAddress : Composition;

    public sealed record Unusable(string Code, string Message) : Composition;
}
