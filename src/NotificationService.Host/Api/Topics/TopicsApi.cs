using NotificationService.Host.Api.Recipients;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Recipients;
using NotificationService.Topics;

namespace NotificationService.Host.Api.Topics;

/// <summary>Audiences: what they are, and who is subscribed to them.</summary>
public static class TopicsApi
{
    public const string Root = "/api/v1/services/topics";

    private const string Wanted = """{"name":"Building 7","category":"maintenance"}""";
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0d41","key":"building-7","name":"Building 7","category":"maintenance","subscribers":240,"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    private const string People = """{"userIds":["u-123","u-124"]}""";
    private const string Changed = """{"changed":1,"rejected":[]}""";
    private const string KeyWords = "By its key, whose '/' is written %2F, or its id.";
    private const string ModeWords = "live (the default) or test: whose topics a person means. A service account has those of its own mode.";

    public static void MapTopics(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Topics").RequireAuthorization(Policies.WriteRecipients);
        group.MapGet("/", ListAsync).Documented("Lists topics, by key").QueryPaging().Query("under", "Only topics below this key.").Query("mode", ModeWords)
            .Responds<Page<TopicResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPut("/{key}", PutAsync)
            .Documented(
                "Makes a topic, or changes it",
                $"{KeyWords} As a whole: what is left out is gone. A key is at most {TopicKey.MaxDepth} names with `/` between them; what is sent to `building-7` also reaches the subscribers of `building-7/floor-2`. One that was just removed can be made again when its subscriptions have gone: until then it is 409 `topic_being_removed`. A test account has topics of its own.")
            .Query("mode", ModeWords).Takes<TopicRequest>(Wanted).Responds<TopicResponse>(200, Example).Responds<TopicResponse>(201, Example);
        group.MapGet("/{key}", GetAsync).Documented("Gets a topic", KeyWords).Query("mode", ModeWords).Responds<TopicResponse>(200, Example);
        group.MapDelete("/{key}", RemoveAsync)
            .Documented("Removes a topic", $"{KeyWords} Nothing reaches anybody by it any more; its subscriptions go in the background. Topics below it stay.").Query("mode", ModeWords).RespondsNoContent();
        group.MapGet("/{key}/subscribers", Subscribers.ListAsync)
            .Documented("Lists a topic's subscribers, by userId", $"{KeyWords} Its own; those of topics below it are in their lists.").Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer")
            .Query("cursor", "Empty for the first page, then the nextCursor of the page before; nothing is counted.").Query("mode", ModeWords)
            .Responds<Page<SubscriberResponse>>(200, """{"items":[{"userId":"u-123","subscribedAt":"2026-11-21T09:00:00.000000Z"}],"nextCursor":"AZm…"}""");
        group.MapPost("/{key}/subscribers", Subscribers.AddAsync)
            .Documented(
                "Subscribes people to a topic",
                $"{KeyWords} 1 to {SubscriptionStore.MaxTogether} at once; nobody need be in the directory. Who is subscribed already stays so. A person has at most {SubscriptionStore.MaxOfPerson} topics: who has them is in `rejected` with `too_many_topics`.")
            .TakesIdempotencyKey().Query("mode", ModeWords).Takes<SubscribersRequest>(People).Responds<SubscribersResponse>(200, Changed);
        group.MapDelete("/{key}/subscribers", Subscribers.RemoveAsync)
            .Documented("Unsubscribes people from a topic", $"{KeyWords} From this one alone, not from those below it.").Query("mode", ModeWords).Takes<SubscribersRequest>(People).Responds<SubscribersResponse>(200, Changed);

        routes.MapGet($"{RecipientsApi.Root}/{{userId}}/topics", Subscribers.OfPersonAsync).WithTags("Topics").RequireAuthorization(Policies.WriteRecipients)
            .Documented("Lists the topics that a person is subscribed to, by key", "Nobody need be in the directory: of a person without any the list is empty.").Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer")
            .Query("cursor", "Empty for the first page, then the nextCursor of the page before; nothing is counted.").Query("mode", ModeWords)
            .Responds<Page<SubscriptionResponse>>(200, """{"items":[{"key":"building-7","name":"Building 7","subscribedAt":"2026-11-21T09:00:00.000000Z"}]}""");
    }

    /// <summary>As it is meant: routing leaves a slash encoded, because a path ends where one stands.</summary>
    internal static string Decoded(string key) => key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static async Task<IResult> ListAsync(HttpContext context, TopicStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (directory, under, paging) = (query.Directory(context), query.Text("under", TopicKey.Longest), query.Paging());
        if (under is not null && TopicKey.Check(under) is { } issue)
            query.Refuse("under", issue.Code, issue.Message);
        if (query.Refusal() is { } refusal)
            return refusal;
        var (items, total) = await store.ListAsync(directory, under, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<TopicResponse>([.. items.Select(TopicResponse.Of)], total), TopicsJson.Default.PageTopicResponse);
    }

    private static async Task<IResult> PutAsync(string key, HttpContext context, TopicStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        var body = (await JsonBody.ReadAsync(context.Request, TopicsJson.Default.TopicRequest, cancellationToken)).Value;
        var (wanted, errors) = (Decoded(key), body.Check());
        if (TopicKey.Check(wanted) is { } issue)
            errors.Insert(0, new FieldError("/path/key", issue.Code, issue.Message));
        if (errors.Count > 0)
            return Problems.Validation(errors);
        return await store.PutAsync(context.Caller(), directory, wanted, body.Name!, body.Category, cancellationToken) switch
        {
            TopicSaved.Saved saved => JsonResponse.Of(TopicResponse.Of(saved.Topic), TopicsJson.Default.TopicResponse, statusCode: saved.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK),
            TopicSaved.BeingRemoved => Problems.Conflict("The topic of this key was removed, and its subscriptions have not all gone yet. Make it again in a moment.", "topic_being_removed"),
            TopicSaved.LimitReached => Problems.Of(StatusCodes.Status422UnprocessableEntity, "topic_limit", "The tenant has too many topics", $"There are at most {Topic.MaxOfMode} topics of a mode."),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static async Task<IResult> GetAsync(string key, HttpContext context, TopicStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        return await FindAsync(key, directory, store, cancellationToken) is { } topic ? JsonResponse.Of(TopicResponse.Of(topic), TopicsJson.Default.TopicResponse) : Problems.NotFound();
    }

    private static async Task<IResult> RemoveAsync(string key, HttpContext context, TopicStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        return TopicKey.Check(Decoded(key)) is null && await store.RemoveAsync(context.Caller(), directory, Decoded(key), cancellationToken) ? Results.NoContent() : Problems.NotFound();
    }

    /// <summary>What is no key is not asked for.</summary>
    internal static Task<Topic?> FindAsync(string key, DirectoryId directory, TopicStore store, CancellationToken cancellationToken) =>
        TopicKey.Check(Decoded(key)) is null ? store.FindAsync(directory, Decoded(key), cancellationToken) : Task.FromResult<Topic?>(null);
}
