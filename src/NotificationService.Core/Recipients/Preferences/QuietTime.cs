using NodaTime;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.Recipients.Preferences;

/// <summary>
/// When a person is not to be disturbed. Pure. It is quiet while the clock on the wall shows a time within a window: where clocks go forward past its end it ends with
/// the jump, and where they go back into it, it is quiet once more.
/// </summary>
public static class QuietTime
{
    /// <summary>Windows that leave no gap within so long hold nothing back: who wants nothing at all is paused.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Whoever waits for one morning does not come at once: each a little later than it might.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromMinutes(5);

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>The zone whose clock counts: that of the quiet hours, else the person's, else the tenant's, else UTC.</summary>
    public static string ZoneOf(QuietHours hours, string? ofPerson, string? ofTenant) =>
        ((string?[])[hours.Timezone, ofPerson, ofTenant]).FirstOrDefault(zone => zone is not null && TimeZones.Exists(zone)) ?? "UTC";

    /// <summary>The first moment at which it is no longer quiet; null where it is not quiet, or always.</summary>
    public static DateTimeOffset? EndOf(QuietHours hours, ChannelKind channel, string zone, DateTimeOffset at)
    {
        if (hours.Windows is not { Count: > 0 } windows || DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not { } clock)
            return null;
        var (now, latest) = (Instant.FromDateTimeOffset(at), Instant.FromDateTimeOffset(at + Longest));
        var isQuiet = false;
        while (now < latest && EndOfAny(windows, channel, clock, now) is { } end)
            (now, isQuiet) = (end, true);
        return isQuiet && now < latest ? now.ToDateTimeOffset() : null;
    }

    /// <summary>The same with some time added, so that not all who wait come at once; never into the next window.</summary>
    /// <param name="share">Of the spread: 0 to 1, the same for a delivery each time.</param>
    public static DateTimeOffset? ReleaseOf(QuietHours hours, ChannelKind channel, string zone, DateTimeOffset at, double share) => EndOf(hours, channel, zone, at) is not { } end
        ? null
        : EndOf(hours, channel, zone, end + (Spread * share)) is null ? end + (Spread * share) : end;

    /// <summary>Where the clock shows a time within a window, the moment at which it will show the end of the window; null where it shows none.</summary>
    private static Instant? EndOfAny(IReadOnlyList<QuietWindow> windows, ChannelKind channel, DateTimeZone clock, Instant now)
    {
        var shown = now.InZone(clock).LocalDateTime;
        foreach (var window in windows)
        {
            if (window.Channels is { } channels && !channels.Contains(channel.ToName()))
                continue;
            if (LocalEnd(window, shown) is { } end)
                return After(clock, end, now);
        }

        return null;
    }

    /// <summary>The end of the window as the clock will show it; null where the clock shows no time within it.</summary>
    private static LocalDateTime? LocalEnd(QuietWindow window, LocalDateTime shown)
    {
        if (Time(window.From) is not { } from || Time(window.Until) is not { } until || window.Days is not { } days)
            return null;
        var (today, time) = (shown.Date, shown.TimeOfDay);
        if (from < until)
            return days.Contains(NameOf(today)) && time >= from && time < until ? today + until : null;
        if (days.Contains(NameOf(today)) && time >= from)
            return today.PlusDays(1) + until;
        return days.Contains(NameOf(today.PlusDays(-1))) && time < until ? today + until : null;
    }

    /// <summary>The next moment at which the clock shows that time, or passes it in a jump.</summary>
    private static Instant After(DateTimeZone clock, LocalDateTime shown, Instant now)
    {
        var found = clock.MapLocal(shown);
        if (found.Count == 0)
            return found.EarlyInterval.End;
        var (first, last) = (found.First().ToInstant(), found.Last().ToInstant());
        // Back from an end that was passed: it is shown once more.
        return first > now ? first : last > now ? last : found.LateInterval.Start > now ? found.LateInterval.Start : now + Duration.FromMinutes(1);
    }

    private static string NameOf(LocalDate date) => Days[(int)date.DayOfWeek - 1];

    private static LocalTime? Time(string? text) => text is { Length: 5 } && int.TryParse(text.AsSpan(0, 2), out var hour) && int.TryParse(text.AsSpan(3), out var minute) && hour is >= 0 and < 24 && minute is >= 0 and < 60
        ? new LocalTime(hour, minute)
        : null;
}
