using NodaTime;

namespace NotificationService.Quotas;

/// <summary>A day as a tenant's clock has it.</summary>
/// <param name="Date">By which it is counted.</param>
/// <param name="Ends">When the next one begins: with a change of the clock a day has 23 or 25 hours.</param>
public readonly record struct TenantDay(DateOnly Date, DateTimeOffset Ends)
{
    /// <param name="now">Any time of the day.</param>
    /// <param name="timezone">Of the IANA list; what is not in it is UTC.</param>
    public static TenantDay Of(DateTimeOffset now, string timezone)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timezone) ?? DateTimeZone.Utc;
        var date = Instant.FromDateTimeOffset(now).InZone(zone).Date;
        return new TenantDay(date.ToDateOnly(), zone.AtStartOfDay(date.PlusDays(1)).ToDateTimeOffset().ToUniversalTime());
    }
}
