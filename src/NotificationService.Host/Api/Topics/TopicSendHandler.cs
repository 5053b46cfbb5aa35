using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NotificationService.Batches;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Observability;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Topics;

namespace NotificationService.Host.Api.Topics;

/// <summary>Takes a send whose recipients are the subscribers of topics. Answered after it is stored; whom it reaches is looked at afterwards.</summary>
internal sealed class TopicSendHandler(TopicSendIntake intake, IdempotentWork work, BatchLimiter limiter)
{
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FullRetryAfter = TimeSpan.FromSeconds(30);

    public async Task<IResult> SendAsync(HttpContext context, SendNotificationRequest request, ReadOnlyMemory<byte> utf8, string? key, bool isDry, CancellationToken cancellationToken)
    {
        if (Refusal(request, isDry) is { } wrong)
            return wrong;
        var caller = context.Caller();
        var idempotent = key is null ? null : new IdempotentRequest(key, NotificationsApi.SendRoute, utf8, caller.Live);
        // What was taken before is answered again, whatever became of the topics.
        if (await work.RepeatedAsync<Guid?>(caller.Tenant, idempotent, cancellationToken) is { } before)
            return ReplayedResponses.Of(context, before, StatusCodes.Status202Accepted, TooMany);
        return await limiter.RunAsync(
            caller.Tenant, BeginAsync,
            static () => Problems.LimitReached(BatchHandler.TooManyCode, $"At most {BatchLimiter.MaxOfTenant} such calls of one tenant are worked on at once. Send this one again when another has been answered.", BusyRetryAfter),
            static () => Problems.Unavailable(BusyRetryAfter),
            cancellationToken);

        async Task<IResult> BeginAsync()
        {
            var (prepared, issues) = await intake.PrepareAsync(caller, request.ToRequest(), request.To!.Topic!, cancellationToken);
            if (prepared is null)
                return NotificationsApi.Invalid(issues);
            var outcome = await work.RunAsync(
                caller.Tenant, idempotent, StatusCodes.Status202Accepted,
                async connection =>
                {
                    var batch = await intake.BeginAsync(connection, caller, prepared, Traces.Parent(), cancellationToken);
                    return (batch, batch is { } id ? ReadableJson.Utf8(new TopicSendResponse(id, "queued", prepared.Topics), TopicsJson.Default.TopicSendResponse) : null);
                },
                cancellationToken);
            if (outcome is IdempotentOutcome<Guid?>.Done { Result: { } begun })
                context.Response.Headers.Location = $"{BatchesApi.Root}/{begun}";
            return ReplayedResponses.Of(context, outcome, StatusCodes.Status202Accepted, TooMany);
        }
    }

    private static IResult TooMany(Guid? none) => Problems.LimitReached(
        "too_many_topic_sends", $"At most {TopicSendIntake.MaxRunning} sends to topics of one tenant go on at once. Send this one when another is through.", FullRetryAfter);

    private static ProblemResult? Refusal(SendNotificationRequest request, bool isDry)
    {
        if (request.Recipient is not null)
            return Problems.Validation("/to", "exclusive", "Give either 'recipient' or 'to'.");
        if (isDry)
            return Problems.Validation("/to", "exclusive", "A dry run is of one recipient: name one of the subscribers as 'recipient'.");
        return request.To?.Topic switch
        {
            null => Problems.Validation("/to/topic", "required", "The key of a topic, or several."),
            { Count: 0 } => Problems.Validation("/to/topic", "too_few", $"1 to {TopicSendIntake.MaxTopics} topics are named."),
            { Count: > TopicSendIntake.MaxTopics } => Problems.Validation("/to/topic", "too_many", $"1 to {TopicSendIntake.MaxTopics} topics are named."),
            _ => null,
        };
    }
}

/// <summary>A send to topics that was taken.</summary>
/// <param name="BatchId">The batch that its notifications belong to.</param>
/// <param name="Topic">As it was named: one, or several.</param>
public sealed record TopicSendResponse(Guid BatchId, string Status, [property: JsonConverter(typeof(TopicKeysConverter))] IReadOnlyList<string?> Topic);

/// <summary>One key is written as a text, and several as a list; both are read.</summary>
internal sealed class TopicKeysConverter : JsonConverter<IReadOnlyList<string?>>
{
    public override IReadOnlyList<string?>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return (string?[])[reader.GetString()];
        return JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<List<string?>>)options.GetTypeInfo(typeof(List<string>)));
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string?> value, JsonSerializerOptions options)
    {
        if (value is [var only])
        {
            writer.WriteStringValue(only);
            return;
        }

        writer.WriteStartArray();
        foreach (var key in value)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
    }
}
