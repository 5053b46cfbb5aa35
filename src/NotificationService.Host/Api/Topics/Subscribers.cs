using NotificationService.Batches;
using NotificationService.Channels;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.Recipients;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Topics;

namespace NotificationService.Host.Api.Topics;

/// <summary>Who is subscribed to what. Calls with many people are worked on under the same limits as batches.</summary>
internal static class Subscribers
{
    internal const int MaxBodyBytes = 4 * 1024 * 1024;
    private const int MinBytesPerSecond = 16 * 1024;

    private static readonly BodyPolicy Policy = new(MaxBodyBytes, TimeSpan.FromSeconds(30), MinBytesPerSecond);
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(2);

    public static async Task<IResult> ListAsync(string key, HttpContext context, TopicStore topics, SubscriptionStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        var limit = query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range");
        var scope = $"{directory.Tenant} subscribers {directory.Live} {TopicsApi.Decoded(key)}";
        var after = query.CursorText(scope, AddressRules.LongestUserId);
        if (query.Refusal() is { } refusal)
            return refusal;
        if (await TopicsApi.FindAsync(key, directory, topics, cancellationToken) is not { } topic)
            return Problems.NotFound();
        var read = await store.ListAsync(directory, topic.Key, after, limit + 1, cancellationToken);
        return JsonResponse.Of(
            new Page<SubscriberResponse>(
                [.. read.Take(limit).Select(one => new SubscriberResponse(one.UserId, one.SubscribedAt))], NextCursor: read.Count > limit ? ListCursor.Write(read[limit - 1].UserId, scope) : null),
            TopicsJson.Default.PageSubscriberResponse);
    }

    public static async Task<IResult> OfPersonAsync(string userId, HttpContext context, SubscriptionStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        var limit = query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range");
        var scope = $"{directory.Tenant} topics {directory.Live} {userId}";
        var after = query.CursorText(scope, TopicKey.Longest);
        if (AddressRules.UserId(userId) is { } issue)
            return Problems.Validation("/path/userId", issue.Code, issue.Message);
        if (query.Refusal() is { } refusal)
            return refusal;
        var read = await store.OfPersonAsync(directory, userId, after, limit + 1, cancellationToken);
        // One that is being removed is left out, so that a page may be short.
        return JsonResponse.Of(
            new Page<SubscriptionResponse>(
                [.. read.Take(limit).Where(one => one.Name is not null).Select(one => new SubscriptionResponse(one.Key, one.Name!, one.SubscribedAt))],
                NextCursor: read.Count > limit ? ListCursor.Write(read[limit - 1].Key, scope) : null),
            TopicsJson.Default.PageSubscriptionResponse);
    }

    public static async Task<IResult> AddAsync(
        string key, HttpContext context, TopicStore topics, SubscriptionStore store, IdempotentWork work, BatchLimiter limiter, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refused)
            return refused;
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var idempotencyKey, out var refusal))
            return refusal;
        var body = await JsonBody.ReadAsync(context.Request, TopicsJson.Default.SubscribersRequest, Policy, cancellationToken);
        if (!body.TryGet(out var request, out refusal))
            return refusal;
        if (Refusal(request) is { } wrong)
            return wrong;
        if (await TopicsApi.FindAsync(key, directory, topics, cancellationToken) is not { } topic)
            return Problems.NotFound();
        return await LimitedAsync(limiter, directory, SubscribeAsync, cancellationToken);

        async Task<IResult> SubscribeAsync()
        {
            var (good, rejected) = request.Check();
            var outcome = await work.RunAsync(
                directory.Tenant, idempotencyKey is null ? null : new IdempotentRequest(idempotencyKey, $"{TopicsApi.Root}/{topic.Id}/subscribers", body.Utf8, directory.Live), StatusCodes.Status200OK,
                async connection =>
                {
                    var changed = await store.AddAsync(connection, directory, topic.Key, good, cancellationToken);
                    return (changed, changed is SubscriptionsChanged.Done done ? ReadableJson.Utf8(Response(request, done, rejected), TopicsJson.Default.SubscribersResponse) : null);
                },
                cancellationToken);
            return ReplayedResponses.Of(context, outcome, StatusCodes.Status200OK, RefusalOf);
        }
    }

    public static async Task<IResult> RemoveAsync(string key, HttpContext context, TopicStore topics, SubscriptionStore store, BatchLimiter limiter, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refused)
            return refused;
        var body = await JsonBody.ReadAsync(context.Request, TopicsJson.Default.SubscribersRequest, Policy, cancellationToken);
        if (!body.TryGet(out var request, out var refusal))
            return refusal;
        if (Refusal(request) is { } wrong)
            return wrong;
        if (await TopicsApi.FindAsync(key, directory, topics, cancellationToken) is not { } topic)
            return Problems.NotFound();
        return await LimitedAsync(
            limiter, directory,
            async () =>
            {
                var (good, rejected) = request.Check();
                return await store.RemoveAsync(directory, topic.Key, good, cancellationToken) is SubscriptionsChanged.Done done
                    ? JsonResponse.Of(new SubscribersResponse(done.Changed, rejected), TopicsJson.Default.SubscribersResponse)
                    : Problems.NotFound();
            },
            cancellationToken);
    }

    private static Task<IResult> LimitedAsync(BatchLimiter limiter, DirectoryId directory, Func<Task<IResult>> work, CancellationToken cancellationToken) => limiter.RunAsync(
        directory.Tenant, work,
        static () => Problems.LimitReached(BatchHandler.TooManyCode, $"At most {BatchLimiter.MaxOfTenant} such calls of one tenant are worked on at once. Send this one again when another has been answered.", BusyRetryAfter),
        static () => Problems.Unavailable(BusyRetryAfter),
        cancellationToken);

    private static SubscribersResponse Response(SubscribersRequest request, SubscriptionsChanged.Done done, List<RejectedRecipient> rejected)
    {
        if (done.Full.Count == 0)
            return new(done.Changed, rejected);
        var full = new FieldError("", "too_many_topics", $"A person is subscribed to at most {SubscriptionStore.MaxOfPerson} topics.");
        return new(done.Changed, [.. rejected.Concat((request.UserIds ?? []).Index().Where(one => one.Item is not null && done.Full.Contains(one.Item)).Select(one => new RejectedRecipient(one.Index, [full]))).OrderBy(one => one.Index)]);
    }

    private static ProblemResult? Refusal(SubscribersRequest request) => request.UserIds switch
    {
        null => Problems.Validation("/userIds", "required", "Whom it is about."),
        { Count: 0 } => Problems.Validation("/userIds", "too_few", $"1 to {SubscriptionStore.MaxTogether} are given."),
        { Count: > SubscriptionStore.MaxTogether } => Problems.Validation("/userIds", "too_many", $"At most {SubscriptionStore.MaxTogether} are given."),
        _ => null,
    };

    private static IResult RefusalOf(SubscriptionsChanged changed) => changed is SubscriptionsChanged.LimitReached
        ? Problems.Of(StatusCodes.Status422UnprocessableEntity, "subscription_limit", "The tenant has too many subscriptions", $"There are at most {SubscriptionStore.MaxOfMode} subscriptions of a mode.")
        : Problems.NotFound();
}
