using System.Diagnostics.Metrics;

namespace NotificationService.Providers;

/// <summary>What vendors say that nobody here has a class for: a reason to look at the tables of error classes and kinds of events.</summary>
internal static class ProviderMetrics
{
    private static readonly Counter<long> Unknown =
        Telemetry.Telemetry.Meter.CreateCounter<long>("notification_provider_unknown_codes_total", null, "Error codes of vendors that are in no table, by provider type.");

    private static readonly Counter<long> Unread =
        Telemetry.Telemetry.Meter.CreateCounter<long>("notification_provider_unread_events_total", null, "Reported events of an unknown kind, or that could not be read, by provider type; the rest of their batch is applied.");

    public static void UnreadEvent(string type) => Unread.Add(1, new KeyValuePair<string, object?>("type", type));

    /// <param name="type">The provider's type. The code itself stands in the attempt: as a tag, a vendor could make up any number of them.</param>
    public static void UnknownCode(string type) => Unknown.Add(1, new KeyValuePair<string, object?>("type", type));
}
