using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Kafka;

/// <summary>See <see cref="EventIds.Kafka"/>.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Kafka + 1, LogLevel.Warning, "The intake of events waits for the database ({Reason}); nothing is lost, the offsets stay where they are")]
    public static partial void IntakeWaits(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 2, LogLevel.Warning, "{Count} events were refused together ({Reason}); fewer are taken together, at last each by itself")]
    public static partial void RefusedTogether(this ILogger logger, int count, string reason);

    [LoggerMessage(EventIds.Kafka + 3, LogLevel.Warning, "The record {Topic}[{Partition}]@{Offset} was refused ({Reason}), try {Tries}")]
    public static partial void RecordRefused(this ILogger logger, string topic, int partition, long offset, string reason, int tries);

    [LoggerMessage(EventIds.Kafka + 4, LogLevel.Warning, "The record {Topic}[{Partition}]@{Offset} is a dead letter ({Code})")]
    public static partial void DeadLetterWritten(this ILogger logger, string topic, int partition, long offset, string code);

    [LoggerMessage(EventIds.Kafka + 5, LogLevel.Warning, "A dead letter waits for the brokers ({Reason})")]
    public static partial void DeadLetterWaits(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 6, LogLevel.Warning, "The consumer broke ({Reason}) and is made anew")]
    public static partial void ConsumerBroke(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 7, LogLevel.Warning, "Reading from Kafka: {Reason}")]
    public static partial void ConsumeFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 8, LogLevel.Warning, "No Kafka broker answers ({Reason}); the service goes on without")]
    public static partial void BrokersGone(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 9, LogLevel.Information, "The Kafka brokers answer")]
    public static partial void BrokersBack(this ILogger logger);

    [LoggerMessage(EventIds.Kafka + 10, LogLevel.Warning, "Status events wait to be published ({Reason}); they stay in their order")]
    public static partial void PublisherWaits(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Kafka + 12, LogLevel.Warning, "The user service cannot be asked: the partitions of {Topic} wait, others go on")]
    public static partial void PartitionsWait(this ILogger logger, string topic);

    [LoggerMessage(EventIds.Kafka + 13, LogLevel.Error, "The status event {Shard}/{Position} is refused by the brokers ({Reason}) and dead-lettered; others go on")]
    public static partial void StatusDeadLettered(this ILogger logger, short shard, long position, string reason);

    [LoggerMessage(EventIds.Kafka + 11, LogLevel.Error, "The record {Topic}[{Partition}]@{Offset} could not be read ({Reason})")]
    public static partial void NotReadable(this ILogger logger, string topic, int partition, long offset, string reason);
}
