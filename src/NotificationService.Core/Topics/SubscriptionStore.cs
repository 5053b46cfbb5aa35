using NotificationService.Recipients;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Topics;

/// <summary>Who is subscribed to what.</summary>
public sealed class SubscriptionStore(Database database, TimeProvider time)
{
    /// <summary>People of one call.</summary>
    public const int MaxTogether = 10_000;

    /// <summary>Topics of one person.</summary>
    public const int MaxOfPerson = 500;

    /// <summary>Subscriptions of a mode.</summary>
    public const long MaxOfMode = 10_000_000;

    private static readonly Statement Add = Statement.Load("topic_subscriptions_add");
    private static readonly Statement Remove = Statement.Load("topic_subscriptions_remove");
    private static readonly Statement OfTopic = Statement.Load("topic_subscriptions_list");
    private static readonly Statement OfPerson = Statement.Load("topic_subscriptions_of_person");
    private static readonly Column Added = Add.Column("changed"), IsThere = Add.Column("is_there"), InMode = Add.Column("of_mode"), Full = Add.Column("full_people");
    private static readonly Column Removed = Remove.Column("changed"), IsStillThere = Remove.Column("is_there");
    private static readonly Column Subscriber = OfTopic.Column("user_id"), Since = OfTopic.Column("created_at");
    private static readonly Column TopicOfPerson = OfPerson.Column("topic"), NameOfTopic = OfPerson.Column("name"), SinceOfPerson = OfPerson.Column("created_at");

    /// <summary>Subscribes people, in a transaction that is somebody else's to begin and to end: where it is refused, nothing of it may be committed.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="directory">Whose topic it is.</param>
    /// <param name="topic">Its key.</param>
    /// <param name="userIds">Each found good.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SubscriptionsChanged> AddAsync(NpgsqlConnection connection, DirectoryId directory, string topic, IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        SubscriptionsChanged changed = new SubscriptionsChanged.NotFound();
        await using var batch = TenantBatch.Within(connection);
        batch.Add(directory.Tenant, Add.With([.. Of(directory, topic), Parameter.Of("user_ids", Sorted(userIds)), Parameter.Of("max_of_person", MaxOfPerson), Parameter.Of("now", time.GetUtcNow())]));
        await batch.RunAsync(
            (row, _) => changed = !row.GetBoolean(IsThere) ? new SubscriptionsChanged.NotFound()
                : row.GetInt64(InMode) > MaxOfMode ? new SubscriptionsChanged.LimitReached()
                : new SubscriptionsChanged.Done(row.GetInt32(Added), row.GetFieldValue<string[]>(Full).ToHashSet(StringComparer.Ordinal)),
            cancellationToken);
        return changed;
    }

    /// <summary>Unsubscribes people; those who are not subscribed are none.</summary>
    public async Task<SubscriptionsChanged> RemoveAsync(DirectoryId directory, string topic, IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        SubscriptionsChanged changed = new SubscriptionsChanged.NotFound();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(directory.Tenant, Remove.With([.. Of(directory, topic), Parameter.Of("user_ids", Sorted(userIds))]));
        await batch.CommitAsync(
            row => changed = row.GetBoolean(IsStillThere) ? new SubscriptionsChanged.Done(row.GetInt32(Removed), new HashSet<string>()) : new SubscriptionsChanged.NotFound(), cancellationToken);
        return changed;
    }

    /// <summary>A page of a topic's subscribers by their ids, those of topics below it left out.</summary>
    /// <param name="directory">Whose topic it is.</param>
    /// <param name="topic">Its key.</param>
    /// <param name="after">After whom it begins; empty for the beginning.</param>
    /// <param name="take">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<TopicSubscriber>> ListAsync(DirectoryId directory, string topic, string after, int take, CancellationToken cancellationToken)
    {
        var found = new List<TopicSubscriber>(take);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(directory.Tenant, OfTopic.With([.. Of(directory, topic), Parameter.Of("after_user", after), Parameter.Of("take", take)]));
        await batch.CommitAsync(row => found.Add(new TopicSubscriber(row.GetString(Subscriber), row.GetTime(Since))), cancellationToken);
        return found;
    }

    /// <summary>A page of a person's topics by their keys. One that is being removed has no name.</summary>
    public async Task<IReadOnlyList<TopicOfPerson>> OfPersonAsync(DirectoryId directory, string userId, string after, int take, CancellationToken cancellationToken)
    {
        var found = new List<TopicOfPerson>(take);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            directory.Tenant,
            OfPerson.With(
                Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("user_id", userId), Parameter.Of("after_topic", after), Parameter.Of("take", take)));
        await batch.CommitAsync(row => found.Add(new TopicOfPerson(row.GetString(TopicOfPerson), row.GetStringOrNull(NameOfTopic), row.GetTime(SinceOfPerson))), cancellationToken);
        return found;
    }

    private static Parameter[] Of(DirectoryId directory, string topic) =>
        [Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("topic", topic)];

    /// <summary>In one order, so that two who subscribe the same people at once never wait for each other in a circle.</summary>
    private static string[] Sorted(IEnumerable<string> userIds) => [.. userIds.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>Somebody who is subscribed to a topic.</summary>
public sealed record TopicSubscriber(string UserId, DateTimeOffset SubscribedAt)
{
    public override string ToString() => "a subscriber";
}

/// <summary>A topic that somebody is subscribed to.</summary>
/// <param name="Name">Null for one that is being removed.</param>
public sealed record TopicOfPerson(string Key, string? Name, DateTimeOffset SubscribedAt);

/// <summary>What came of subscribing or unsubscribing people.</summary>
public abstract record SubscriptionsChanged
{
    private SubscriptionsChanged()
    {
    }

    /// <param name="Changed">Who was not subscribed before, or is not any more.</param>
    /// <param name="Full">Who has <see cref="SubscriptionStore.MaxOfPerson"/> and is not subscribed.</param>
    public sealed record Done(int Changed, IReadOnlySet<string> Full) : SubscriptionsChanged;

    /// <summary>There is no such topic.</summary>
    public sealed record NotFound : SubscriptionsChanged;

    /// <summary>The mode would have more than <see cref="SubscriptionStore.MaxOfMode"/>.</summary>
    public sealed record LimitReached : SubscriptionsChanged;
}
