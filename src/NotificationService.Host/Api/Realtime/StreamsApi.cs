using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Realtime;

namespace NotificationService.Host.Api.Realtime;

/// <summary>What happens for a person while it is connected, as server-sent events (WHATWG HTML, "Server-sent events").</summary>
public static class StreamsApi
{
    private const string Root = "/api/v1/users/me";

    private const string Example = "retry: 3170\n\nevent: unread_count.changed\nid: 43-1007\ndata: {\"unread\":3,\"unseen\":1,\"version\":43}\n\n";

    public static void MapStreams(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Real time").RequireAuthorization(Policies.Inbox);
        group.MapGet("/events", StreamAsync).WithMetadata(new TakesStreamTicket())
            .Documented(
                "Opens a stream of what happens for you",
                "Server-sent events: `notification.created`, `notification.updated` (the item), `notification.deleted`, `unread_count.changed`, and what backends publish to you. Each has an id; whoever comes back with the last one as `Last-Event-ID`, or as `?lastEventId=`, is given what it missed. `reset` means that this is no longer known: load anew what you show. A comment comes every 15 seconds. The stream ends with the token, and when the client does not read.")
            .Query("lastEventId", "The id of the last event received; the header Last-Event-ID comes first.").Query("ticket", "In place of the header Authorization: what POST /users/me/stream-tickets answered.")
            .RespondsText(200, StreamWriter.EventStream, Example);
        group.MapPost("/stream-tickets", IssueTicket)
            .Documented("Asks for a ticket that opens one stream", "For a browser's EventSource and WebSocket, which send no headers. It is good once, for 30 seconds.").Responds<StreamTicketResponse>(200, """{"ticket":"AZlMHnwee…","expiresIn":30}""");
    }

    private static IResult IssueTicket(HttpContext context, StreamTickets tickets)
    {
        // The policy let the caller in by this header.
        var token = context.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim();
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Of(new StreamTicketResponse(tickets.Issue(context.Caller().Tenant, token), (int)StreamTickets.GoodFor.TotalSeconds), StreamsJson.Default.StreamTicketResponse);
    }

    private static async Task<IResult> StreamAsync(HttpContext context, PersonStream stream, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        var (opened, refusal) = StreamOpening.Of(context);
        if (opened is null)
            return refusal!;
        using var opening = opened;
        var writer = new StreamWriter(context, opening.Token, time);
        await writer.WriteAsync(token => stream.ReadAsync(opening.Listener, opening.From, token), lifetime.ApplicationStopping);
        return Results.Empty;
    }
}
