using System.Diagnostics.Metrics;
using NotificationService.Channels;

namespace NotificationService.Quotas;

/// <summary>What is refused because a day's limit is reached. Tags are the codes and the channels.</summary>
public static class QuotaMetrics
{
    private static readonly Counter<long> RefusedOnes = Telemetry.Telemetry.Meter.CreateCounter<long>("notification_quota_refused_total", null, "Notifications refused because a limit of the tenant's day was reached, by code and channel.");

    public static void Refused(DailyLimit limit) =>
        RefusedOnes.Add(1, new KeyValuePair<string, object?>("code", limit.Code), new KeyValuePair<string, object?>("channel", limit.Channel.ToName()));
}
