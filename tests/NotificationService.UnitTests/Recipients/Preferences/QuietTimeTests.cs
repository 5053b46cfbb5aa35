using NodaTime;
using NotificationService.Channels;
using NotificationService.Recipients.Preferences;

namespace NotificationService.UnitTests.Recipients.Preferences;

/// <summary>Quiet hours against the clock on the wall, over two years of its changes.</summary>
public sealed class QuietTimeTests
{
    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Half an hour, an hour, at midnight, southern, none, and one that skipped a day.</summary>
    private static readonly string[] Zones = ["Europe/Paris", "America/Toronto", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Kolkata", "UTC", "Pacific/Apia", "Asia/Beirut"];

    [Theory]
    [InlineData("2026-11-23T21:59:00Z", null)] // 22:59 in Paris
    [InlineData("2026-11-23T22:00:00Z", "2026-11-24T06:00:00Z")]
    [InlineData("2026-11-24T05:59:59Z", "2026-11-24T06:00:00Z")]
    [InlineData("2026-11-24T06:00:00Z", null)]
    [InlineData("2026-11-28T23:30:00Z", null)] // the night to sunday begins on no day that is named
    public void A_window_over_night_ends_on_the_morning_after_the_days_it_begins_on(string at, string? end) =>
        QuietTime.EndOf(Of("Europe/Paris", Window("23:00", "07:00", "mon", "tue", "wed", "thu", "fri")), ChannelKind.Sms, "Europe/Paris", DateTimeOffset.Parse(at, null))
            .ShouldBe(end is null ? null : DateTimeOffset.Parse(end, null));

    [Fact]
    public void Where_clocks_go_forward_past_the_end_it_ends_with_the_jump()
    {
        // On 2026-03-29 at 02:00 the clocks of Paris show 03:00.
        var hours = Of("Europe/Paris", Window("23:00", "02:30", "sat"));

        QuietTime.EndOf(hours, ChannelKind.Sms, "Europe/Paris", new DateTimeOffset(2026, 3, 29, 0, 30, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Where_clocks_go_back_into_a_window_it_is_quiet_once_more()
    {
        // On 2026-10-25 at 03:00 the clocks of Paris show 02:00 again.
        var hours = Of("Europe/Paris", Window("23:00", "02:30", "sat"));

        QuietTime.EndOf(hours, ChannelKind.Sms, "Europe/Paris", new DateTimeOffset(2026, 10, 25, 0, 10, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero));
        QuietTime.EndOf(hours, ChannelKind.Sms, "Europe/Paris", new DateTimeOffset(2026, 10, 25, 1, 10, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 10, 25, 1, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Windows_without_a_gap_hold_nothing_back()
    {
        var hours = Of("UTC", Window("00:00", "12:00", Days), Window("12:00", "00:00", Days));
        var at = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

        QuietTime.EndOf(hours, ChannelKind.Sms, "UTC", at).ShouldBeNull();
    }

    [Theory]
    [InlineData("Europe/Paris", "Asia/Tokyo", "America/Toronto", "Europe/Paris")]
    [InlineData(null, "Asia/Tokyo", "America/Toronto", "Asia/Tokyo")]
    [InlineData(null, "Nowhere/Land", "America/Toronto", "America/Toronto")]
    [InlineData(null, null, null, "UTC")]
    public void The_persons_own_zone_counts_before_the_tenants(string? own, string? ofPerson, string? ofTenant, string expected) =>
        QuietTime.ZoneOf(new QuietHours(own, []), ofPerson, ofTenant).ShouldBe(expected);

#pragma warning disable CA5394 // the same cases each time
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Over_two_years_it_ends_exactly_when_the_clock_shows_no_window_any_more(int seed)
    {
        var random = new Random(seed);
        var quiet = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var zone = Zones[random.Next(Zones.Length)];
            var hours = Of(zone, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random))]);
            var channel = ChannelKinds.All[random.Next(ChannelKinds.All.Count)];
            var at = Near(zone, random);

            var end = QuietTime.EndOf(hours, channel, zone, at);

            if (end is not { } ended)
            {
                // Not quiet, or for a whole week.
                if (IsQuiet(hours, channel, zone, at))
                    Enumerable.Range(0, (int)QuietTime.Longest.TotalMinutes).ShouldAllBe(minute => IsQuiet(hours, channel, zone, at.AddMinutes(minute)));
                continue;
            }

            quiet++;
            IsQuiet(hours, channel, zone, at).ShouldBeTrue();
            ended.ShouldBeGreaterThan(at);
            IsQuiet(hours, channel, zone, ended).ShouldBeFalse();
            IsQuiet(hours, channel, zone, ended.AddSeconds(-1)).ShouldBeTrue("a second before, it was still quiet");
            var released = QuietTime.ReleaseOf(hours, channel, zone, at, random.NextDouble()).ShouldNotBeNull();
            released.ShouldBeInRange(ended, ended + QuietTime.Spread);
            IsQuiet(hours, channel, zone, released).ShouldBeFalse();
        }

        quiet.ShouldBeGreaterThan(500);
    }

    /// <summary>Any moment of two years, or one within hours of a change of the clocks.</summary>
    private static DateTimeOffset Near(string zone, Random random)
    {
        var first = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var any = first.AddSeconds(random.Next(2 * 365 * 86_400));
        var change = DateTimeZoneProviders.Tzdb[zone].GetZoneInterval(Instant.FromDateTimeOffset(any));
        return random.Next(2) == 0 && change.HasEnd && change.End < Instant.FromDateTimeOffset(first.AddYears(3)) ? change.End.ToDateTimeOffset().AddSeconds(random.Next(-6 * 3600, 6 * 3600)) : any;
    }

    private static QuietWindow Any(Random random)
    {
        string Time() => $"{random.Next(24):00}:{random.Next(4) * 15:00}";
        var (from, until) = (Time(), Time());
        return new QuietWindow(
            [.. Days.Where(_ => random.Next(3) > 0).DefaultIfEmpty("mon")], from, until == from ? "23:59" == from ? "00:00" : "23:59" : until,
            random.Next(2) == 0 ? null : [.. ChannelKinds.All.Where(_ => random.Next(2) == 0).Select(channel => channel.ToName())]);
    }
#pragma warning restore CA5394

    /// <summary>By the clock alone: which day and time it shows, and whether a window has them.</summary>
    private static bool IsQuiet(QuietHours hours, ChannelKind channel, string zone, DateTimeOffset at)
    {
        var shown = Instant.FromDateTimeOffset(at).InZone(DateTimeZoneProviders.Tzdb[zone]).LocalDateTime;
        var (today, yesterday) = (Days[(int)shown.DayOfWeek - 1], Days[((int)shown.DayOfWeek + 5) % 7]);
        var time = $"{shown.Hour:00}:{shown.Minute:00}";
        return hours.Windows!.Where(window => window.Channels?.Contains(channel.ToName()) != false).Any(window =>
            string.CompareOrdinal(window.From, window.Until) < 0
                ? window.Days!.Contains(today) && string.CompareOrdinal(time, window.From) >= 0 && string.CompareOrdinal(time, window.Until) < 0
                : (window.Days!.Contains(today) && string.CompareOrdinal(time, window.From) >= 0) || (window.Days!.Contains(yesterday) && string.CompareOrdinal(time, window.Until) < 0));
    }

    private static QuietHours Of(string zone, params QuietWindow[] windows) => new(zone, windows);

    private static QuietWindow Window(string from, string until, params string[] days) => new(days, from, until, null);
}
