using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Providers;

/// <summary>What the sandbox was given.</summary>
public static class SandboxApi
{
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","notificationId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a00","deliveryId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a01","attempt":1,"channel":"email","to":"ann@example.com","message":{"subject":"Your order A-1009","text":"It is on its way"},"category":"shipping","outcome":"delivered","createdAt":"2026-11-21T09:00:00.000000Z","live":false}""";

    private static readonly Dictionary<string, ChannelKind> Channels = ChannelKinds.All.ToDictionary(channel => channel.ToName());

    public static RouteGroupBuilder MapSandbox(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/sandbox").WithTags("Sandbox").RequireAuthorization(Policies.Admin);
        group.MapGet("/messages", ListAsync).Documented("List what the sandbox was given, newest first", "A sandbox provider sends to nobody and plays the outcome that the recipient asks for, such as ann+bounce@example.com. With a channel a page looks at 200 messages: it may be short or empty and still have a nextCursor, and its total is left out.")
            .QueryPaging(cursor: true).Query("channel", $"Only of this channel: {ChannelKinds.Names}.").Query("to", "Only for this address, number, device token or user.")
            .Query("notificationId", "Only of this notification.").QueryMode()
            .Responds<Page<SandboxMessageResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        return group;
    }

    private static async Task<IResult> ListAsync(HttpContext context, SandboxQueries messages, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new SandboxFilter(query.Choice("channel", Channels), query.Text("to"), query.Id("notificationId"), query.Mode(context));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} sandbox-messages {filter}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await messages.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, SandboxMessageResponse.Of, scope), SandboxJsonContext.Default.PageSandboxMessageResponse);
    }
}

/// <summary>One message that the sandbox was given.</summary>
/// <param name="Message">The fields of its channel: subject, html and text of an e-mail, for instance.</param>
/// <param name="Outcome">What the recipient asked for: delivered, bounce, complain, fail, defer, slow, lost, nocallback.</param>
/// <param name="Live">Whether a live account sent it.</param>
public sealed record SandboxMessageResponse(
    Guid Id, Guid NotificationId, Guid DeliveryId, int Attempt, string Channel, string To, JsonElement Message, string? Category, string Outcome, DateTimeOffset CreatedAt, bool Live)
{
    internal static SandboxMessageResponse Of(SandboxMessage message) => new(
        message.Id, new Deliveries.DeliveryId(message.DeliveryId).Notification.Value, message.DeliveryId, message.Attempt, message.Channel.ToName(),
        message.Recipient, JsonElement.Parse(message.Message), message.Category, message.Outcome, message.CreatedAt, message.Live);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SandboxMessageResponse))]
[JsonSerializable(typeof(Page<SandboxMessageResponse>))]
internal sealed partial class SandboxJsonContext : JsonSerializerContext;
