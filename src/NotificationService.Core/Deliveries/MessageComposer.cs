using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Templates;

namespace NotificationService.Deliveries;

/// <summary>Makes the message of one delivery: renders the pinned version or takes the inline content, and puts in the address. Calls nobody.</summary>
public static class MessageComposer
{
    public static Composition Compose(ClaimedDelivery delivery, StoredNotification notification, CompiledTemplate? template, BrandModel? brand = null)
    {
        var recipient = notification.Recipient;
        if (template is null)
        {
            return notification.Content is { } inline
                ? Address(delivery.Channel, recipient, InlineParts.Of(delivery.Channel, inline))
                : new Composition.Unusable("content_missing", "there is neither a template nor content");
        }

        return template.Render(delivery.Channel, recipient.Locale, notification.Data, recipient.ForTemplates() with { Brand = brand }, notification.MadeFor) switch
        {
            RenderOutcome.Rendered rendered => Address(delivery.Channel, recipient, rendered.Content),
            RenderOutcome.Failed failed => new Composition.Unusable(failed.Code, failed.Message),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static Composition Address(ChannelKind channel, StoredRecipient to, RenderedContent content)
    {
        var row = ChannelTable.Of(channel);
        return RecipientFields.FirstOf(to, row.Addresses) is { Count: > 0 } addresses
            ? new Composition.Ready(row.Message(addresses, to.Name, content))
            : new Composition.NoAddress();
    }
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
