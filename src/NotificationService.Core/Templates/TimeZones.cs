using System.Collections.Frozen;
using NodaTime;

namespace NotificationService.Templates;

/// <summary>
/// The time zones of the IANA list that NodaTime brings along, the older names too: every node knows the same ones, whatever its machine has installed. Whatever
/// else a caller writes is no zone.
/// </summary>
public static class TimeZones
{
    /// <summary>Farther from UTC no <see cref="DateTimeOffset"/> is. Two places were, until the date line was moved: Manila to 1844 and Alaska to 1867.</summary>
    private const int MaxMinutes = 14 * 60;

    private static readonly FrozenSet<string> Names = DateTimeZoneProviders.Tzdb.Ids.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>How many there are: of no more is anything kept.</summary>
    public static int Count => Names.Count;

    public static bool Exists(string name) => Names.Contains(name);

    /// <summary>The same instant as a clock there shows it, to the minute before there was standard time; null if there is no such zone.</summary>
    public static DateTimeOffset? Local(DateTimeOffset time, string name)
    {
        if (!Exists(name) || DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is not { } zone)
            return null;
        var offset = TimeSpan.FromMinutes(Math.Clamp(zone.GetUtcOffset(Instant.FromDateTimeOffset(time)).Seconds / 60, -MaxMinutes, MaxMinutes));
        // At either end of the calendar there is no other day to show.
        var local = time.UtcTicks + offset.Ticks;
        return local < DateTimeOffset.MinValue.Ticks || local > DateTimeOffset.MaxValue.Ticks ? time.ToUniversalTime() : new DateTimeOffset(local, offset);
    }
}
