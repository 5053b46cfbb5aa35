using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Notifications;

/// <summary>Deliveries that failed for good: look at them, put them back into the queue.</summary>
public static class DeadLettersApi
{
    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/dead-letters").WithTags("Dead letters").RequireAuthorization(Policies.Operator).OpenToTestAccounts();
        group.MapGet("/", ListAsync).Documented("List failed deliveries, newest first", $"With a code a page looks at {PageRequest.ScanLimit} of them: it may be short or empty and still have a nextCursor, and its total is left out. A total that is not exact leaves out those of fallback chains.")
            .QueryPaging(cursor: true).Query("channel", $"Only of this channel: {ChannelKinds.Names}.").Query("kind", "Only of this kind of failure: permanent, exhausted, unknown, no_address, template_error, credentials.")
            .Query("code", "Only with this code of failure.").QueryMode().Query("since", "Only accepted at this time or later.").Query("until", "Only accepted before this time.")
            .Responds<Page<DeadLetterResponse>>(200, $$$"""{"items":[{{{NotificationExamples.DeadLetter}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/requeue", RequeueManyAsync).Documented("Put many failed deliveries back into the queue", $"Those named, or the oldest that match; at most {DeadLetters.MaxAtOnce} at once. Those without an address stay as they are.")
            .Takes<RequeueRequest>("""{"channel":"email","kind":"exhausted","since":"2026-11-21T00:00:00Z","limit":500}""").Responds<RequeueResponse>(200, NotificationExamples.Requeued);
        group.MapPost("/{id:guid}/requeue", RequeueAsync).OfOwnMode(ModeOf.Delivery).Documented("Put a failed delivery back into the queue", "Its schedule starts over.")
            .Responds<CommandDelivery>(200, $$$"""{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","channel":"email","status":"queued","changed":true}""");
    }

    private static async Task<IResult> ListAsync(HttpContext context, DeadLetters letters, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        var query = new QueryReader(context.Request);
        var filter = NotificationLists.ReadDeadLetterFilter(query) with { Live = query.Mode(context) };
        var scope = NotificationLists.CursorScope("dead-letters", tenant, filter);
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await letters.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, DeadLetterResponse.Of, scope), DeadLettersJson.Default.PageDeadLetterResponse);
    }

    private static async Task<IResult> RequeueAsync(Guid id, HttpContext context, NotificationCommands commands, CancellationToken cancellationToken)
    {
        var changes = await commands.RequeueAsync(context.Caller(), [id], cancellationToken);
        if (changes.Count == 0)
            return Problems.NotFound();
        return changes[0] is { Changed: true } change
            ? JsonResponse.Of(Respond(change), DeadLettersJson.Default.CommandDelivery)
            : Problems.Conflict($"Only what failed or expired, and has an address, can be tried again; it is {changes[0].Status.ToName()}.");
    }

    private static async Task<IResult> RequeueManyAsync(HttpContext context, DeadLetters letters, Modes modes, NotificationCommands commands, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, DeadLettersJson.Default.RequeueRequest, cancellationToken)).Value;
        var (filter, errors) = body.Read();
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var (tenant, own) = (context.Caller().Tenant, context.Caller().OnlyMode);
        IReadOnlyList<Guid> ids = body.Ids is not null
            ? [.. body.Ids.Distinct()]
            : await letters.PickAsync(tenant, filter with { Live = own }, body.Limit ?? DeadLetters.MaxAtOnce, cancellationToken);
        // Those of the other mode are not there for a service account.
        if (own is { } live && body.Ids is not null)
            ids = [.. await modes.OfAsync(tenant, live, ids, cancellationToken)];
        var changes = ids.Count == 0 ? [] : await commands.RequeueAsync(context.Caller(), ids, cancellationToken);
        return JsonResponse.Of(
            new RequeueResponse(changes.Count(change => change.Changed), [.. changes.Select(Respond)]), DeadLettersJson.Default.RequeueResponse);
    }

    private static CommandDelivery Respond(DeliveryChange change) =>
        new(change.Id.Value, change.Id.Channel.ToName(), change.Status.ToName(), change.Changed);
}

/// <summary>Which failed deliveries are put back: those named, or those that match.</summary>
public sealed record RequeueRequest
{
    /// <summary>Deliveries by their ids, at most 1,000; then nothing else may be given.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    public string? Channel { get; init; }

    /// <summary>permanent, exhausted, unknown, template_error or credentials.</summary>
    public string? Kind { get; init; }

    public string? Code { get; init; }

    /// <summary>Only accepted at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only accepted before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The most that are put back, the oldest first: 1 to 1,000, which is the default.</summary>
    public int? Limit { get; init; }

    internal (DeadLetterFilter Filter, IReadOnlyList<FieldError> Errors) Read()
    {
        var errors = new List<FieldError>();
        if (Ids is { Count: 0 or > DeadLetters.MaxAtOnce })
            errors.Add(new("/ids", "count_range", $"1 to {DeadLetters.MaxAtOnce} ids are expected."));
        if (Ids is not null && this with { Ids = null } != new RequeueRequest())
            errors.Add(new("/ids", "exclusive", "Give either 'ids' or what they must match."));
        if (Limit is < 1 or > DeadLetters.MaxAtOnce)
            errors.Add(new("/limit", "limit_range", $"'limit' is a whole number from 1 to {DeadLetters.MaxAtOnce}."));
        ChannelKind? channel = null;
        if (Channel is not null && !ChannelKinds.TryParse(Channel, out var known))
            errors.Add(new("/channel", "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
        else if (ChannelKinds.TryParse(Channel, out known))
            channel = known;
        FailureKind? kind = Enum.GetValues<FailureKind>().Where(candidate => candidate.ToName() == Kind).Select(candidate => (FailureKind?)candidate).FirstOrDefault();
        if (Kind is not null && kind is null or FailureKind.NoAddress)
            errors.Add(new("/kind", "choice_invalid", "'kind' is one of permanent, exhausted, unknown, template_error, credentials."));
        if (Code is { Length: 0 or > 100 })
            errors.Add(new("/code", "text_invalid", "A code has 1 to 100 characters."));
        return (new DeadLetterFilter(channel, kind, Code, Since?.ToUniversalTime(), Until?.ToUniversalTime()), errors);
    }
}

/// <summary>What was put back.</summary>
/// <param name="Requeued">How many; as many as the limit means that there may be more.</param>
public sealed record RequeueResponse(int Requeued, IReadOnlyList<CommandDelivery> Deliveries);

/// <summary>A delivery that failed for good.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="Ambiguous">True if some attempt may have gone out without our knowing.</param>
/// <param name="Live">Whether a live account sent it.</param>
public sealed record DeadLetterResponse(
    Guid Id, Guid NotificationId, string Channel, string? Reference, PinnedTemplate? Template, string Priority, int Attempts, bool Ambiguous,
    FailureResponse? Failure, DateTimeOffset? AcceptedAt, DateTimeOffset? FailedAt, bool Live)
{
    internal static DeadLetterResponse Of(DeadLetter letter) => new(
        letter.Id.Value,
        letter.Id.Notification.Value,
        letter.Id.Channel.ToName(),
        letter.Reference,
        letter.Template,
        letter.Priority.ToName(),
        letter.Attempts,
        letter.Ambiguous,
        letter.Failure is { } failure ? new FailureResponse(failure.Kind.ToName(), failure.Code, failure.Message, letter.Provider?.Name) : null,
        letter.AcceptedAt,
        letter.FailedAt,
        letter.Live);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RequeueRequest))]
[JsonSerializable(typeof(RequeueResponse))]
[JsonSerializable(typeof(CommandDelivery))]
[JsonSerializable(typeof(Page<DeadLetterResponse>))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
