using System.Text;
using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Topics;

/// <summary>Takes what is to be sent to topics. Who is subscribed is looked at afterwards, by the walk (<see cref="TopicSendWalk"/>).</summary>
public sealed class TopicSendIntake(Database database, NotificationPreparer preparer, Ids ids, TimeProvider time)
{
    /// <summary>Topics of one send.</summary>
    public const int MaxTopics = 20;

    /// <summary>That run at once, of one tenant.</summary>
    public const int MaxRunning = 20;

    /// <summary>Content, data and metadata together: they are stored with each notification.</summary>
    public const int MaxBytes = 16 * 1024;

    private const string Pointer = "/to/topic";

    private static readonly Statement Reached = Statement.Load("topics_reached");
    private static readonly Column Place = Reached.Column("place"), Key = Reached.Column("key"), CategoryOfTopic = Reached.Column("category");
    private static readonly Statement Begin = Statement.Load("topic_sends_begin");
    private static readonly Column BegunId = Begin.Column("begun_id");

    /// <summary>Everybody has an address on every channel: what is wrong with the request itself is found, and nobody is looked up.</summary>
    private static readonly StoredRecipient Anybody = new()
    {
        UserId = "anybody",
        Name = "Anybody",
        Email = "anybody@example.com",
        Phone = "+14155550100",
        Whatsapp = "+14155550100",
        DeviceTokens = ["token"],
        Locale = "en",
        Timezone = "UTC",
    };

    /// <summary>What is to be stored, or what is wrong with it.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="request">Without a recipient.</param>
    /// <param name="topics">The keys as they were named, 1 to <see cref="MaxTopics"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(PreparedTopicSend? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, NotificationRequest request, IReadOnlyList<string?> topics, CancellationToken cancellationToken)
    {
        List<RequestIssue> wrong = [.. topics.Index().Where(one => TopicKey.Check(one.Item) is not null).Select(one => Unknown(one.Index, topics.Count))];
        if (wrong.Count > 0)
            return (null, wrong);
        string[] keys = [.. topics.OfType<string>()];
        var (of, reached) = (new DirectoryId(caller.Tenant, caller.Live), new List<(int Key, string Topic, string? Category)>());
        TopicRange[] asked = [.. keys.SelectMany(key => (TopicRange[])[TopicRange.Of(key), new TopicRange(TopicKey.Below(key).From, TopicKey.Below(key).Before)])];
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(
                of.Tenant,
                Reached.With(
                    Parameter.Of("tenant", of.Tenant.Value), Parameter.Of("live", of.Live), Parameter.Of("from_keys", Array.ConvertAll(asked, range => range.From)),
                    Parameter.Of("before_keys", Array.ConvertAll(asked, range => range.Before))));
            await batch.CommitAsync(row => reached.Add(((row.GetInt32(Place) - 1) / 2, row.GetString(Key), row.GetStringOrNull(CategoryOfTopic))), cancellationToken);
        }

        wrong.AddRange(Enumerable.Range(0, keys.Length).Where(i => !reached.Exists(one => one.Key == i)).Select(i => Unknown(i, keys.Length)));
        if (wrong.Count > 0)
            return (null, wrong);
        var category = request.Category ?? keys.Select(key => reached.Find(one => one.Topic == key).Category).FirstOrDefault(one => one is not null);
        var (prepared, issues) = await preparer.CheckAsync(caller, request with { Category = category, Recipient = Anybody }, preparer.NextId(), FoundRecipients.Unasked, cancellationToken);
        if (prepared is null)
            return (null, issues);
        if (prepared.Request.Size > MaxBytes)
            return (null, [new RequestIssue("/data", "too_large", $"Content, data and metadata of what goes to a topic have at most {MaxBytes} bytes together. Use a template.")]);
        string[] topicsReached = [.. reached.Select(one => one.Topic).Distinct(StringComparer.Ordinal)];
        var template = prepared.Template is { } found ? new BoundTemplate(found.Id, found.Key, found.Version, found.Category, [.. found.Channels]) : null;
        return (new PreparedTopicSend(
            keys, topicsReached.Length == 1 ? [TopicRange.Of(topicsReached[0])] : TopicRange.Reached(keys), topicsReached.Length > 1,
            new TopicSendSettings(
                template, request.Channel is { } only ? [only] : request.Channels, request.Strategy, request.FallbackAfter, category, request.Priority, request.SendAt, request.ExpiresAt, request.Reference),
            request), []);
    }

    /// <summary>Stores it in a transaction that is somebody else's. Null: as many of the tenant are running as may.</summary>
    public async Task<Guid?> BeginAsync(NpgsqlConnection connection, Caller caller, PreparedTopicSend send, string? traceParent, CancellationToken cancellationToken)
    {
        Guid? begun = null;
        await using var batch = TenantBatch.Within(connection);
        batch.Add(
            caller.Tenant,
            Begin.With([
                Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("id", ids.Next()), Parameter.Of("account", caller.Id), Parameter.Of("live", caller.Live),
                Parameter.OrNull("reference", send.Settings.Reference), Parameter.Of<string[]>("topics", [.. send.Topics]),
                Parameter.Of<string[]>("from_keys", [.. send.Ranges.Select(range => range.From)]), Parameter.Of<string[]>("before_keys", [.. send.Ranges.Select(range => range.Before)]),
                Parameter.Of("several", send.IsOfSeveral), Parameter.Of("settings", JsonSerializer.Serialize(send.Settings, TopicJson.Default.TopicSendSettings)),
                Parameter.OrNull("data", Text(send.Request.Data)),
                Parameter.OrNull("content", send.Request.Content is { } content ? JsonSerializer.Serialize(content, StoredJson.Default.InlineContent) : null),
                Parameter.OrNull("metadata", Text(send.Request.Metadata)), Parameter.OrNull("trace_parent", traceParent), Parameter.Of("max_open", MaxRunning), Parameter.Of("now", time.GetUtcNow())]));
        await batch.RunAsync((row, _) => begun = row.GetGuid(BegunId), cancellationToken);
        return begun;
    }

    private static string? Text(ReadOnlyMemory<byte> utf8) => utf8.IsEmpty ? null : Encoding.UTF8.GetString(utf8.Span);

    private static RequestIssue Unknown(int place, int count) => new(count == 1 ? Pointer : $"{Pointer}/{place}", "topic_unknown", "There is no such topic, and none below it.");
}

/// <summary>A send to topics that was found good; nothing is stored yet.</summary>
/// <param name="Topics">As they were named.</param>
/// <param name="Ranges">What they reach.</param>
/// <param name="IsOfSeveral">More than one topic is reached: somebody may be subscribed to two.</param>
public sealed record PreparedTopicSend(IReadOnlyList<string> Topics, IReadOnlyList<TopicRange> Ranges, bool IsOfSeveral, TopicSendSettings Settings, NotificationRequest Request)
{
    public override string ToString() => "a send to topics";
}
