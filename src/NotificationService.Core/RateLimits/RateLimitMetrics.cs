using System.Diagnostics.Metrics;

namespace NotificationService.RateLimits;

/// <summary>What is refused for its rate, and how often a process had to decide alone. Tags are the classes of routes.</summary>
public static class RateLimitMetrics
{
    private static readonly Meter Meter = Telemetry.Telemetry.Meter;

    private static readonly Counter<long> Limited = Meter.CreateCounter<long>("notification_rate_limited_total", null, "Requests refused because their rate was reached, by class of route.");
    private static readonly Counter<long> Unshared = Meter.CreateCounter<long>("notification_rate_unshared_total", null, "Shares of a rate that a process granted itself while the database was away, by class of route.");
    private static readonly KeyValuePair<string, object?>[] Tags = [.. Enum.GetNames<RateClass>().Select(name => new KeyValuePair<string, object?>("class", name.ToLowerInvariant()))];

    public static void Refused(RateClass rateClass) => Limited.Add(1, Tags[(int)rateClass]);

    public static void GrantedAlone(RateClass rateClass) => Unshared.Add(1, Tags[(int)rateClass]);
}
