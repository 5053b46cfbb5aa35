using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Recipients;

namespace NotificationService.Host.Api.Recipients;

/// <summary>The tenant's directory of people: who they are and how they are reached, so that a send need name nothing but an id.</summary>
public static class RecipientsApi
{
    public const string Root = "/api/v1/services/recipients";

    private const string Wanted = """{"name":"Ann","email":"ann@example.com","phone":"+14155550100","locale":"fr-CA","timezone":"America/Toronto","attributes":{"plan":"gold"},"tags":["landlord"]}""";
    private const string Device = """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0d01","kind":"fcm","lastSeenAt":"2026-11-21T09:00:00.000000Z"}""";
    private const string Example =
        """{"userId":"u-123","name":"Ann","email":"ann@example.com","phone":"+14155550100","locale":"fr-CA","timezone":"America/Toronto","attributes":{"plan":"gold"},"tags":["landlord"],"addresses":[{"channel":"email","address":"ann@example.com","verified":false,"suppressed":false},{"channel":"sms","address":"+14155550100","verified":false,"suppressed":false},{"channel":"whatsapp","address":"+14155550100","verified":false,"suppressed":false}],"devices":["""
        + Device + """],"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    private const string ModeWords = "live (the default) or test: whose directory a person means. A service account has the one of its own mode.";

    public static void MapRecipients(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Recipients").RequireAuthorization(Policies.WriteRecipients);
        group.MapGet("/", ListAsync)
            .Documented("Lists the people of the directory, newest first", "`query` and `tag` are tried on people from the newest on: a page that found few may be short and still have a `nextCursor`.")
            .QueryPaging(cursor: true).Query("query", "Stands in the userId, the name or an address; large and small letters are the same.").Query("tag", "Only with this tag.").Query("mode", ModeWords)
            .Responds<Page<RecipientResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPut("/{userId}", PutAsync)
            .Documented("Keeps a person in the directory", "As a whole: what is left out is gone. A send that names the `userId` is supplied with what it leaves out itself. A test account has a directory of its own.")
            .Query("mode", ModeWords).Takes<RecipientRequest>(Wanted).Responds<RecipientResponse>(200, Example).Responds<RecipientResponse>(201, Example);
        group.MapGet("/{userId}", GetAsync).Documented("Gets a person of the directory").Query("mode", ModeWords).Responds<RecipientResponse>(200, Example);
        group.MapDelete("/{userId}", RecipientErasuresApi.RequestAsync)
            .Documented(
                "Erases a person everywhere",
                "Out of the directory at once, and in the background out of everything that is kept: what waits to be sent ends as cancelled, and content, addresses and names go. Suppressed addresses stay suppressed. Asked for again while it goes on, it is the same erasure. It cannot be taken back.")
            .Query("mode", "live (the default): whatever there is of the person; test: only what test accounts sent and kept. A service account of the test mode reaches that alone.")
            .Responds<RecipientErasureRequested>(202, """{"erasureId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31"}""");
        group.MapPost("/bulk", BulkRecipients.KeepAsync)
            .Documented("Keeps up to 10,000 people at once", "Good ones are kept, all of them in one commit; bad ones are named with what is wrong. Each is kept as a whole, as by PUT, and stands there once.")
            .TakesIdempotencyKey().Query("mode", ModeWords)
            .Takes<BulkRecipientsRequest>("""{"recipients":[{"userId":"u-123","name":"Ann","email":"ann@example.com"},{"userId":"u-124","phone":"911"}]}""")
            .Responds<BulkRecipientsResponse>(200, """{"accepted":1,"rejected":[{"index":1,"errors":[{"pointer":"/phone","code":"phone_not_e164","message":"A number is written +, country code and number, 8 to 15 digits in all, such as +14155550100."}]}]}""");
        group.MapPost("/{userId}/devices", RecipientDevices.AddAsync)
            .Documented(
                "Notes a device of a person",
                $"To be called whenever the app has started: `lastSeenAt` is the last time. A token that is known is this person's from now on, whoever had it. At most {DirectoryStore.MaxDevices} of one person: one more takes the place of the one not seen for longest.")
            .TakesIdempotencyKey().Query("mode", ModeWords).Takes<DeviceRequest>("""{"kind":"fcm","token":"fcm-registration-token"}""").Responds<RecipientDeviceResponse>(200, Device);
        group.MapDelete("/{userId}/devices/{id:guid}", RecipientDevices.RemoveAsync).Documented("Takes a device away from a person").Query("mode", ModeWords).RespondsNoContent();
    }

    /// <summary>Whose directory is meant: a service account's own mode; of a person live, unless it says otherwise.</summary>
    internal static DirectoryId Directory(this QueryReader query, HttpContext context) => new(context.Caller().Tenant, query.Mode(context) ?? true);

    private static async Task<IResult> ListAsync(HttpContext context, DirectoryQueries queries, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        var filter = new DirectoryFilter(query.Text("query"), query.Text("tag", DirectoryEntry.LongestTag));
        var scope = $"{directory.Tenant} recipients {directory.Live} {filter.Tag?.Length} {filter.Tag} {filter.Query}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await queries.ListAsync(directory, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, RecipientResponse.Of, scope), RecipientsJson.Default.PageRecipientResponse);
    }

    private static async Task<IResult> PutAsync(string userId, HttpContext context, DirectoryStore store, DirectoryQueries queries, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        var body = (await JsonBody.ReadAsync(context.Request, RecipientsJson.Default.RecipientRequest, cancellationToken)).Value;
        var (entry, errors) = body.Check(userId);
        if (AddressRules.UserId(userId) is { } issue)
            errors.Insert(0, new FieldError("/path/userId", issue.Code, issue.Message));
        if (entry is null || errors.Count > 0)
            return Problems.Validation(errors);
        var isNew = await store.KeepAsync(directory, entry, cancellationToken);
        // Somebody else may just have taken the person out.
        return await queries.FindAsync(directory, userId, cancellationToken) is { } row
            ? JsonResponse.Of(RecipientResponse.Of(row), RecipientsJson.Default.RecipientResponse, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : Problems.NotFound();
    }

    private static async Task<IResult> GetAsync(string userId, HttpContext context, DirectoryQueries queries, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        return AddressRules.UserId(userId) is null && await queries.FindAsync(directory, userId, cancellationToken) is { } row
            ? JsonResponse.Of(RecipientResponse.Of(row), RecipientsJson.Default.RecipientResponse)
            : Problems.NotFound();
    }
}
