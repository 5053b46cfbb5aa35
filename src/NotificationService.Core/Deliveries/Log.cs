using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

internal static partial class Log
{
    [LoggerMessage(EventIds.Deliveries + 1, LogLevel.Warning, "{Count} results wait for the database ({Reason})")]
    public static partial void ResultsWait(this ILogger logger, int count, string reason);

    [LoggerMessage(EventIds.Deliveries + 2, LogLevel.Warning, "The result {Status} (call: {Outcome}) of delivery {Delivery} came after its lease was lost and changed nothing")]
    public static partial void StaleResult(this ILogger logger, Guid delivery, string status, string? outcome);

    [LoggerMessage(EventIds.Deliveries + 3, LogLevel.Warning, "A step of the worker failed ({Step}: {Reason}); what it held goes back when the lease ends")]
    public static partial void StepFailed(this ILogger logger, string step, string reason);

    [LoggerMessage(EventIds.Deliveries + 4, LogLevel.Error, "The provider type {Type} threw {Exception} for delivery {Delivery}; it counts as ambiguous")]
    public static partial void ProviderThrew(this ILogger logger, string type, string exception, Guid delivery);

    [LoggerMessage(EventIds.Deliveries + 5, LogLevel.Warning, "Took {Count} deliveries back from workers that were lost, {Ambiguous} of them in the middle of a call")]
    public static partial void Rescued(this ILogger logger, int count, int ambiguous);

    [LoggerMessage(EventIds.Deliveries + 6, LogLevel.Information, "Maintenance: {Partitions} partitions made, {Dropped} dropped, {Deliveries} old deliveries, {Keys} idempotency keys and {Receipts} old receipts removed")]
    public static partial void Kept(this ILogger logger, int partitions, int dropped, int deliveries, int keys, int receipts);

    [LoggerMessage(EventIds.Deliveries + 7, LogLevel.Information, "The worker stops: {Returned} deliveries returned to the queue, all calls ended")]
    public static partial void Stopped(this ILogger logger, int returned);

    [LoggerMessage(EventIds.Deliveries + 8, LogLevel.Error, "The template or message of delivery {Delivery} could not be prepared: {Exception}")]
    public static partial void PreparationThrew(this ILogger logger, Guid delivery, string exception);

    [LoggerMessage(EventIds.Deliveries + 9, LogLevel.Error, "The provider {Provider} ({Type}) does not accept its account ({Code}): its deliveries wait until it is corrected")]
    public static partial void ProviderSuspended(this ILogger logger, Guid provider, string type, string code);

    [LoggerMessage(EventIds.Deliveries + 10, LogLevel.Information, "The provider {Provider} ({Type}) accepts its account again")]
    public static partial void ProviderWorksAgain(this ILogger logger, Guid provider, string type);

    [LoggerMessage(EventIds.Deliveries + 11, LogLevel.Error, "The database does not take the result of delivery {Delivery} ({Reason}); it is written without the provider's words")]
    public static partial void ResultUnstorable(this ILogger logger, Guid delivery, string reason);

    [LoggerMessage(EventIds.Deliveries + 12, LogLevel.Error, "The database does not take the result of delivery {Delivery} at all ({Reason}); it is taken back when the lease ends")]
    public static partial void ResultRefused(this ILogger logger, Guid delivery, string reason);

    [LoggerMessage(EventIds.Deliveries + 20, LogLevel.Information, "The receipt {Receipt} of provider {Provider} matches no delivery: {Reason}")]
    public static partial void ReceiptUnmatched(this ILogger logger, Guid receipt, Guid provider, string? reason);
}
