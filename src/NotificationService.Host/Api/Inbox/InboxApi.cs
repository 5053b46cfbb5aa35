using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Inbox;

namespace NotificationService.Host.Api.Inbox;

/// <summary>A person's own inbox: what in-app deliveries left there, and what becomes of it.</summary>
public static class InboxApi
{
    private const string Item =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05","title":"Your order is on its way","body":"It arrives on Tuesday.","category":"shipping","priority":"normal","status":"unread","seen":false,"actionUrl":"https://shop.example.com/orders/A-1009","actions":[{"label":"Track","url":"https://shop.example.com/orders/A-1009"}],"data":null,"createdAt":"2026-11-22T09:00:00.000000Z","arrivedAt":"2026-11-22T09:00:00.000000Z","readAt":null,"archivedAt":null,"snoozedUntil":null,"version":42}""";

    private const string Counts = """{"unread":3,"unseen":1,"version":43}""";
    private const string Changed = """{"changed":2,"unread":1,"unseen":0,"version":45}""";

    private static readonly Dictionary<string, InboxStatus> Statuses = new[] { InboxStatus.Unread, InboxStatus.Read, InboxStatus.Archived, InboxStatus.Snoozed }.ToDictionary(status => status.ToName());

    public static void MapInbox(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users/me/notifications").WithTags("Inbox").RequireAuthorization(Policies.Inbox);
        group.MapGet("/", ListAsync).Documented("Lists your inbox", "What arrived last comes first. Archived, snoozed and deleted items are left out unless they are asked for.")
            .QueryPaging(cursor: true).Query("status", $"Only items of this status: {string.Join(", ", Statuses.Keys)}.").Query("category", "Only items of this category.").Query("before", "Only items that arrived before this time.")
            .Responds<Page<InboxItemResponse>>(200, $$$"""{"items":[{{{Item}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapGet("/unread-count", CountAsync).Documented("Counts what waits in your inbox", "Of two answers the one with the higher version is the later one. Archived and snoozed items are not counted.").Responds<InboxCountsResponse>(200, Counts);
        group.MapGet("/changes", ChangesAsync).Documented("Lists what changed in your inbox since a cursor", "For a device that was offline. Begin without a cursor, then go on with the one that was answered. `reset` means that the cursor is too old: forget what you have, and take these items as the first of all.")
            .Query("since", "The cursor of the answer before.").Query("limit", "The most items: 1 to 100, 50 by default.", "integer")
            .Responds<InboxChangesResponse>(200, $$"""{"items":[{{Item}}],"deleted":["01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a15"],"cursor":"43","hasMore":false,"reset":false,"unread":3,"unseen":1,"version":43}""");
        group.MapPost("/sync", SyncAsync).Documented("Reports what you did while offline", $"At most {InboxSyncRequest.MaxOperations} operations. Of two decisions about one thing the later one stands; a time to come counts as now.")
            .Takes<InboxSyncRequest>("""{"operations":[{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05","action":"read","at":"2026-11-22T09:30:00Z"}]}""")
            .Responds<InboxSyncResponse>(200, """{"applied":1,"ignored":[],"cursor":"44"}""");
        group.MapPost("/read", ReadManyAsync).Documented("Marks several items as read", $"At most {InboxIdsRequest.MaxIds}. Items that you do not have are passed over.")
            .Takes<InboxIdsRequest>("""{"ids":["01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05"]}""").Responds<InboxChangedResponse>(200, Changed);
        group.MapPost("/mark-all-read", ReadAllAsync).Documented("Marks everything as read", "Everything that had arrived by then, or only one category, or only what arrived before a time. The body may be left out.")
            .Takes<InboxReadAllRequest>("""{"category":"shipping","before":null}""").Responds<InboxChangedResponse>(200, Changed);
        group.MapPost("/seen", SeeAsync).Documented("Notes that you saw your inbox", "`unseen` begins again at 0, or counts only what arrived at `before` or later. Nothing becomes read by it. The body may be left out.")
            .Takes<InboxSeenRequest>("""{"before":null}""").Responds<InboxCountsResponse>(200, Counts);
        group.MapDelete("/", DeleteManyAsync).Documented("Deletes several items", $"Either `ids`, at most {InboxIdsRequest.MaxIds}, or a `filter`. An empty filter takes everything that is neither archived nor snoozed.")
            .Takes<InboxDeleteRequest>("""{"filter":{"status":"archived"}}""").Responds<InboxChangedResponse>(200, Changed);
        group.MapGet("/{id:guid}", FindAsync).Documented("Shows one item").Responds<InboxItemResponse>(200, Item);
        group.MapDelete("/{id:guid}", DeleteAsync).Documented("Deletes one item").RespondsNoContent();
        group.MapPatch("/{id:guid}/read", (Guid id, HttpContext context, InboxCommands inbox, CancellationToken cancellationToken) => ChangeAsync(context, inbox, new InboxChange(id) { Read = new Decision(true) }, cancellationToken))
            .Documented("Marks an item as read", "Its delivery becomes `read` too.").Responds<InboxItemResponse>(200, Item);
        group.MapPatch("/{id:guid}/unread", (Guid id, HttpContext context, InboxCommands inbox, CancellationToken cancellationToken) => ChangeAsync(context, inbox, new InboxChange(id) { Read = new Decision(false) }, cancellationToken))
            .Documented("Marks an item as unread", "Its delivery stays as it is.").Responds<InboxItemResponse>(200, Item);
        group.MapPatch("/{id:guid}/archive", (Guid id, HttpContext context, InboxCommands inbox, CancellationToken cancellationToken) => ChangeAsync(context, inbox, new InboxChange(id) { Archived = new Decision(true) }, cancellationToken))
            .Documented("Archives an item").Responds<InboxItemResponse>(200, Item);
        group.MapPatch("/{id:guid}/unarchive", (Guid id, HttpContext context, InboxCommands inbox, CancellationToken cancellationToken) => ChangeAsync(context, inbox, new InboxChange(id) { Archived = new Decision(false) }, cancellationToken))
            .Documented("Takes an item out of the archive").Responds<InboxItemResponse>(200, Item);
        group.MapPatch("/{id:guid}/snooze", SnoozeAsync).Documented("Puts an item off until a time", "Then it comes back by itself, unread. Whatever is decided about it before ends the snooze.")
            .Takes<InboxSnoozeRequest>("""{"until":"2099-01-01T08:00:00Z"}""").Responds<InboxItemResponse>(200, Item);
    }

    private static async Task<IResult> ListAsync(HttpContext context, InboxQueries inbox, CancellationToken cancellationToken)
    {
        var user = User(context);
        var query = new QueryReader(context.Request);
        var filter = new InboxFilter(query.Choice("status", Statuses), query.Text("category"), query.Instant("before"));
        var scope = $"{user.Tenant} inbox {user.UserId} {filter.Status} {filter.Before:u} {filter.Category}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await inbox.ListAsync(user, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, InboxItemResponse.Of, scope), InboxJson.Default.PageInboxItemResponse);
    }

    private static async Task<IResult> CountAsync(HttpContext context, InboxStore inbox, CancellationToken cancellationToken) =>
        JsonResponse.Of(InboxCountsResponse.Of(await inbox.CountsAsync(User(context), cancellationToken)), InboxJson.Default.InboxCountsResponse);

    private static async Task<IResult> ChangesAsync(HttpContext context, InboxStore inbox, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var since = query.Text("since");
        var limit = query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range");
        var version = 0L;
        if (since is not null && !InboxCursor.TryRead(since, out version))
            query.Refuse("since", "cursor_invalid", "'since' is not a cursor of this inbox. Start without it.");
        if (query.Refusal() is { } refusal)
            return refusal;
        return JsonResponse.Of(InboxChangesResponse.Of(await inbox.ChangesAsync(User(context), version, limit, cancellationToken)), InboxJson.Default.InboxChangesResponse);
    }

    private static async Task<IResult> SyncAsync(HttpContext context, InboxCommands inbox, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, InboxJson.Default.InboxSyncRequest, cancellationToken)).Value;
        var errors = request.Check();
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var changed = await inbox.SyncAsync(User(context), [.. request.Operations!.Select(operation => operation!.ToChange())], cancellationToken);
        return JsonResponse.Of(InboxSyncResponse.Of(request, changed), InboxJson.Default.InboxSyncResponse);
    }

    private static async Task<IResult> ReadManyAsync(HttpContext context, InboxCommands inbox, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, InboxJson.Default.InboxIdsRequest, cancellationToken)).Value;
        var errors = InboxIdsRequest.Check(request.Ids);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        return Respond(await inbox.ChangeAsync(User(context), [.. request.Ids!.Distinct().Select(id => new InboxChange(id) { Read = new Decision(true) })], cancellationToken));
    }

    private static async Task<IResult> ReadAllAsync(HttpContext context, InboxCommands inbox, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadOptionalAsync(context.Request, InboxJson.Default.InboxReadAllRequest, cancellationToken))?.Value ?? new InboxReadAllRequest();
        if (InboxBodies.CheckCategory(request.Category, "/category") is { } error)
            return Problems.Validation([error]);
        var (changed, counts) = await inbox.ChangeAllAsync(
            User(context), new InboxFilter(InboxStatus.Unread, request.Category, request.Before), static id => new InboxChange(id) { Read = new Decision(true) }, cancellationToken);
        return Respond(changed, counts);
    }

    private static async Task<IResult> SeeAsync(HttpContext context, InboxStore inbox, CancellationToken cancellationToken)
    {
        var before = (await JsonBody.ReadOptionalAsync(context.Request, InboxJson.Default.InboxSeenRequest, cancellationToken))?.Value.Before;
        return JsonResponse.Of(InboxCountsResponse.Of(await inbox.SeeAsync(User(context), before, cancellationToken)), InboxJson.Default.InboxCountsResponse);
    }

    private static async Task<IResult> DeleteManyAsync(HttpContext context, InboxCommands inbox, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, InboxJson.Default.InboxDeleteRequest, cancellationToken)).Value;
        var errors = request.Check();
        if (errors.Count > 0)
            return Problems.Validation(errors);
        if (request.Ids is { } ids)
            return Respond(await inbox.ChangeAsync(User(context), [.. ids.Distinct().Select(id => new InboxChange(id) { Deleted = true })], cancellationToken));
        var filter = request.Filter!;
        var (changed, counts) = await inbox.ChangeAllAsync(
            User(context), new InboxFilter(filter.Status is { } status ? Statuses[status] : null, filter.Category, filter.Before), static id => new InboxChange(id) { Deleted = true }, cancellationToken);
        return Respond(changed, counts);
    }

    private static async Task<IResult> FindAsync(Guid id, HttpContext context, InboxStore inbox, CancellationToken cancellationToken) =>
        await inbox.FindAsync(User(context), id, cancellationToken) is { } item ? JsonResponse.Of(InboxItemResponse.Of(item), InboxJson.Default.InboxItemResponse) : Problems.NotFound();

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, InboxCommands inbox, CancellationToken cancellationToken) =>
        await inbox.ChangeAsync(User(context), new InboxChange(id) { Deleted = true }, cancellationToken) is null ? Problems.NotFound() : Results.NoContent();

    private static async Task<IResult> SnoozeAsync(Guid id, HttpContext context, InboxCommands inbox, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, InboxJson.Default.InboxSnoozeRequest, cancellationToken)).Value;
        var errors = request.Check(time.GetUtcNow());
        return errors.Count > 0
            ? Problems.Validation(errors)
            : await ChangeAsync(context, inbox, new InboxChange(id) { SnoozedUntil = request.Until }, cancellationToken);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, InboxCommands inbox, InboxChange change, CancellationToken cancellationToken) =>
        await inbox.ChangeAsync(User(context), change, cancellationToken) is { } changed ? JsonResponse.Of(InboxItemResponse.Of(changed.Item), InboxJson.Default.InboxItemResponse) : Problems.NotFound();

    private static IResult Respond(InboxChanged changed) => Respond(changed.Items.Count(item => item.IsChanged), changed.Counts);

    private static IResult Respond(int changed, InboxCounts counts) =>
        JsonResponse.Of(new InboxChangedResponse(changed, counts.Unread, counts.Unseen, counts.Version), InboxJson.Default.InboxChangedResponse);

    private static InboxUserId User(HttpContext context) =>
        context.Caller() is { UserId: { } userId } caller ? new InboxUserId(caller.Tenant, userId) : throw new InvalidOperationException("the policy lets people in only, and each has an id");
}
