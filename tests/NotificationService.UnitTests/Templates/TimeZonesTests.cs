using System.Globalization;
using System.Text.Json;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>Time zones are a fixed list, whatever callers write.</summary>
public sealed class TimeZonesTests
{
    [Theory]
    [InlineData("Europe/Paris")]
    [InlineData("America/Argentina/Buenos_Aires")]
    [InlineData("US/Eastern")]
    [InlineData("Asia/Calcutta")]
    [InlineData("Etc/GMT+5")]
    [InlineData("UTC")]
    [InlineData("Europe/Kiev")]
    [InlineData("Europe/Kyiv")]
    [InlineData("GMT")]
    public void The_names_of_the_list_are_zones_older_ones_too(string name)
    {
        TimeZones.Exists(name).ShouldBeTrue();
        TimeZones.Local(DateTimeOffset.UnixEpoch, name).ShouldBe(DateTimeOffset.UnixEpoch);
    }

    [Theory]
    [InlineData("2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00")]
    [InlineData("2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00")]
    [InlineData("2026-07-01T12:00:00+09:00", "2026-07-01T05:00:00+02:00")]
    [InlineData("1900-01-01T00:00:00Z", "1900-01-01T00:09:00+00:09")]
    public void A_time_is_shown_as_a_clock_in_Paris_shows_it(string time, string local)
    {
        var shown = TimeZones.Local(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), "Europe/Paris").ShouldNotBeNull();

        shown.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture).ShouldBe(local);
    }

    [Fact]
    public void No_zone_fails_at_any_time_that_there_is()
    {
        DateTimeOffset[] times =
        [
            DateTimeOffset.MinValue, DateTimeOffset.MinValue.AddHours(3), new(1883, 11, 18, 12, 0, 0, TimeSpan.Zero), new(1972, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new(2026, 7, 1, 0, 0, 0, TimeSpan.FromHours(14)), new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue.AddHours(-3), DateTimeOffset.MaxValue,
        ];

        foreach (var name in NodaTime.DateTimeZoneProviders.Tzdb.Ids)
        {
            foreach (var time in times)
                TimeZones.Local(time, name).ShouldBe(time, name);
        }
    }

    [Theory]
    [InlineData("Europe////Paris")]
    [InlineData("Europe/./Paris")]
    [InlineData("Europe/../Europe/Paris")]
    [InlineData("./Europe/Paris")]
    [InlineData("/usr/share/zoneinfo/Europe/Paris")]
    [InlineData("posix/Europe/Paris")]
    [InlineData("europe/paris")]
    [InlineData("Europe/Paris ")]
    [InlineData("localtime")]
    [InlineData("zone.tab")]
    [InlineData("<+03>-3")]
    [InlineData("UTC+05:30")]
    [InlineData("Factory")]
    [InlineData("Romance Standard Time")]
    [InlineData("")]
    public void No_other_spelling_is_one(string name)
    {
        TimeZones.Exists(name).ShouldBeFalse();
        TimeZones.Local(DateTimeOffset.UnixEpoch, name).ShouldBeNull();
    }

    [Fact]
    public void A_flood_of_spellings_keeps_nothing()
    {
        var before = TimeZones.Count;
        var names = Enumerable.Range(1, 40).Select(slashes => $"Europe{new string('/', slashes)}Paris").ToArray();
        var data = JsonSerializer.Serialize(new { names, at = 0 });

        TemplateOf.RenderText("{{#each names}}{{date ../at 'HH' this}} {{/each}}", data).Trim().ShouldBe($"01 {string.Join(' ', Enumerable.Repeat("00", 39))}");

        TimeZones.Count.ShouldBe(before);
    }
}
