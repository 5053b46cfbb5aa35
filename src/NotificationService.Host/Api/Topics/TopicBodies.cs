using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Api.Recipients;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Topics;

namespace NotificationService.Host.Api.Topics;

/// <summary>What a topic is to be.</summary>
public sealed record TopicRequest
{
    /// <summary>What people read, 1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>The category of what is sent to it and names none; none if it is left out.</summary>
    public string? Category { get; init; }

    internal List<FieldError> Check()
    {
        var errors = new List<FieldError>();
        if (Name is null)
            errors.Add(new("/name", "required", "What people read."));
        else
            errors.AddRange(RequestCheck.Line("/name", Name, Topic.LongestName).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message)));
        if (Category is not null)
            errors.AddRange(RequestCheck.Line("/category", Category, RequestCheck.LongestCategory).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message)));
        return errors;
    }
}

/// <summary>An audience.</summary>
/// <param name="Key">What sends name.</param>
/// <param name="Category">Absent where it has none.</param>
/// <param name="Subscribers">Its own, those of topics below it left out.</param>
public sealed record TopicResponse(
    Guid Id, string Key, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Category, long Subscribers, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static TopicResponse Of(Topic topic) => new(topic.Id, topic.Key, topic.Name, topic.Category, topic.Subscribers, topic.CreatedAt, topic.UpdatedAt);
}

/// <summary>People who are to be subscribed, or not to be any more.</summary>
public sealed record SubscribersRequest
{
    /// <summary>1 to 10,000 of the caller's ids. One that stands there twice counts once.</summary>
    public IReadOnlyList<string?>? UserIds { get; init; }

    /// <summary>Who they are stays out of logs and exceptions.</summary>
    public override string ToString() => "subscribers";

    internal (List<string> Good, List<RejectedRecipient> Rejected) Check()
    {
        var (good, rejected) = (new List<string>(UserIds?.Count ?? 0), new List<RejectedRecipient>());
        for (var i = 0; i < UserIds?.Count; i++)
        {
            if (UserIds[i] is { } userId && AddressRules.UserId(userId) is null)
                good.Add(userId);
            else
                rejected.Add(new RejectedRecipient(i, [AddressRules.UserId(UserIds[i] ?? "") is { } issue ? new("", issue.Code, issue.Message) : new("", "type", "A text is expected.")]));
        }

        return (good, rejected);
    }
}

/// <summary>What became of people who were to be subscribed, or not to be any more.</summary>
/// <param name="Changed">How many were not subscribed before, or are not any more.</param>
/// <param name="Rejected">Those of whom nothing changed for a mistake, by their place, from 0.</param>
public sealed record SubscribersResponse(int Changed, IReadOnlyList<RejectedRecipient> Rejected);

/// <summary>Somebody who is subscribed.</summary>
public sealed record SubscriberResponse(string UserId, DateTimeOffset SubscribedAt)
{
    public override string ToString() => "a subscriber";
}

/// <summary>A topic that a person is subscribed to.</summary>
public sealed record SubscriptionResponse(string Key, string Name, DateTimeOffset SubscribedAt);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TopicRequest))]
[JsonSerializable(typeof(TopicSendResponse))]
[JsonSerializable(typeof(TopicResponse))]
[JsonSerializable(typeof(Page<TopicResponse>))]
[JsonSerializable(typeof(SubscribersRequest))]
[JsonSerializable(typeof(SubscribersResponse))]
[JsonSerializable(typeof(Page<SubscriberResponse>))]
[JsonSerializable(typeof(Page<SubscriptionResponse>))]
internal sealed partial class TopicsJson : JsonSerializerContext;
