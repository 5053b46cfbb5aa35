using NotificationService.Channels;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Observability;
using NotificationService.Notifications;
using NotificationService.Templates;

namespace NotificationService.Host.Api.Templates;

/// <summary>Sends one version of a template, published or not, through the ordinary intake.</summary>
internal static class TemplateTestSend
{
    private static readonly ReadOnlyMemory<byte> Marked = """{"test":true}"""u8.ToArray();

    public static async Task<IResult> SendAsync(
        string template, HttpContext context, TemplateStore store, NotificationIntake intake, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TemplatesJson.Default.TestSendRequest, cancellationToken)).Value;
        if (body.Locale is { } locale && !LocaleName.IsValid(locale))
            return Problems.Validation([new FieldError("/locale", "locale_invalid", "This is not a locale; write one such as en or fr-CA.")]);
        var caller = context.Caller();
        var change = await store.FreezeAsync(caller, template, body.Version, cancellationToken);
        if (change is not TemplateChange.Done { Details: var details })
            return TemplateResponses.Of(change);
        var recipient = body.Recipient.ToRecipient();
        var request = new NotificationRequest
        {
            Template = details.Template.Key,
            Pinned = new PublishedTemplate(
                details.Template.Id, details.Template.Key, details.Version.Version, details.Template.Category,
                details.Version.Channels.Select(channel => (ChannelKind)channel).ToHashSet()),
            Channels = body.Channels,
            Recipient = recipient with { Locale = body.Locale ?? recipient.Locale },
            Data = body.Data?.Utf8 ?? default,
            Metadata = Marked,
        };
        return NotificationsApi.Respond(context, await intake.AcceptAsync(caller, request, null, Traces.Parent(), cancellationToken));
    }
}
