using NotificationService.Settings;

namespace NotificationService.Kafka;

/// <summary><c>Notification:Kafka:*</c>. Without <see cref="BootstrapServers"/> there is no Kafka.</summary>
public sealed class KafkaOptions
{
    public const string Section = "Notification:Kafka";

    /// <summary>Brokers, <c>host:port</c>, by commas.</summary>
    public string? BootstrapServers { get; init; }

    /// <summary>Topics that are read, by commas; each stands in <see cref="Topics"/> with its tenant.</summary>
    public string? InputTopic { get; init; }

    /// <summary>Where what cannot be taken goes, with the reason.</summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>Where status events go.</summary>
    public string? StatusTopic { get; init; }

    /// <summary>The consumer group that all nodes are members of.</summary>
    public string GroupId { get; init; } = "notification-service";

    /// <summary>librdkafka's file; left out, it is looked for beside the service and then where the operating system keeps libraries.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>The most records that are accepted together.</summary>
    [Bounds(1, 5_000)]
    public int BatchSize { get; init; } = 500;

    /// <summary>How often a record is tried that the database or the user service refuses by itself, before it is a dead letter.</summary>
    [Bounds(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>For how many days an event's id is remembered: longer than the topics keep records.</summary>
    [Bounds(1, 365)]
    public int KeepEventIdsDays { get; init; } = 8;

    /// <summary>Whose the topics are.</summary>
    public IReadOnlyList<KafkaTopicOptions> Topics { get; init; } = [];

    /// <summary>Settings of librdkafka itself, such as <c>security.protocol</c> and <c>sasl.username</c>.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    internal bool IsOn => !string.IsNullOrWhiteSpace(BootstrapServers);

    internal IReadOnlyList<string> InputTopics => (InputTopic ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => Section;
}

/// <summary>One topic that is read: what is in it counts as said by this tenant, and by nobody else.</summary>
public sealed class KafkaTopicOptions
{
    public string Name { get; init; } = "";

    /// <summary>The tenant's key or id.</summary>
    public string? Tenant { get; init; }

    /// <summary>What its producers may do, by commas: <c>notifications:send</c>, <c>events:publish</c>.</summary>
    public string Scopes { get; init; } = "notifications:send";

    /// <summary><c>live</c>, or <c>test</c> for what only ever reaches the sandbox.</summary>
    public string Mode { get; init; } = "live";
}
