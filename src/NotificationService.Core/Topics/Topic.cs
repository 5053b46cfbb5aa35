namespace NotificationService.Topics;

/// <summary>An audience.</summary>
/// <param name="Category">Of what is sent to it and names none; null for none.</param>
/// <param name="Subscribers">Its own, those of topics below it left out.</param>
public sealed record Topic(Guid Id, string Key, string Name, string? Category, long Subscribers, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const int LongestName = 200;

    /// <summary>Of a mode, those that are being removed included.</summary>
    public const int MaxOfMode = 10_000;
}

/// <summary>What came of saving a topic.</summary>
public abstract record TopicSaved
{
    private TopicSaved()
    {
    }

    public sealed record Saved(Topic Topic, bool IsNew) : TopicSaved;

    /// <summary>One of that key was removed, and its subscriptions have not all gone yet.</summary>
    public sealed record BeingRemoved : TopicSaved;

    /// <summary>The mode has <see cref="Topic.MaxOfMode"/>.</summary>
    public sealed record LimitReached : TopicSaved;
}
