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
    public void The_names_of_the_list_are_zones_older_ones_too(string name) => TimeZones.Find(name).ShouldNotBeNull().Id.ShouldBe(name);

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
    [InlineData("")]
    public void No_other_spelling_is_one(string name)
    {
        TimeZones.Exists(name).ShouldBeFalse();
        TimeZones.Find(name).ShouldBeNull();
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
