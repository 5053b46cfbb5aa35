using NotificationService.Settings;

namespace NotificationService.UnitTests.Settings;

public sealed class SettingBoundsTests
{
    [Fact]
    public void What_is_within_its_bounds_is_no_error() => Errors(new Planted()).ShouldBeEmpty();

    [Fact]
    public void What_is_not_is_named_with_its_bounds()
    {
        Errors(new Planted { Count = 0 }).ShouldBe(["Notification__Planted__Count must be 1 to 5000"]);
        Errors(new Planted { Count = 5_001 }).ShouldBe(["Notification__Planted__Count must be 1 to 5000"]);
        Errors(new Planted { Pause = TimeSpan.Zero }).ShouldBe(["Notification__Planted__Pause must be 00:00:00.001 to 1.00:00:00"]);
        Errors(new Planted { Kept = TimeSpan.FromMinutes(59) }).ShouldBe(["Notification__Planted__Kept must be 01:00:00 or more, or 00:00:00 for ever"]);
        Errors(new Planted { Rate = -1 }).ShouldBe(["Notification__Planted__Rate must be 0 or more; 0 for no limit"]);
    }

    [Fact]
    public void Both_ends_and_a_zero_that_means_something_are_allowed()
    {
        Errors(new Planted { Count = 1, Pause = TimeSpan.FromDays(1), Kept = TimeSpan.Zero, Rate = 0 }).ShouldBeEmpty();
        Errors(new Planted { Count = 5_000, Pause = TimeSpan.FromMilliseconds(1), Kept = TimeSpan.FromHours(1), Rate = long.MaxValue }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("00:00:00.5")]
    [InlineData("90.00:00:00")]
    [InlineData("00:00:10")]
    public void A_time_is_written_as_the_setting_is(string text) => SettingBounds.Text(TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(text);

    private static IEnumerable<string> Errors(Planted options) => SettingBounds.Errors("Notification:Planted", options);

    private sealed class Planted
    {
        [Bounds(1, 5_000)]
        public int Count { get; init; } = 7;

        [Bounds("00:00:00.001", "1.00:00:00")]
        public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

        [Bounds("01:00:00", Zero = "for ever")]
        public TimeSpan Kept { get; init; } = TimeSpan.FromDays(7);

        [Bounds(0, Zero = "for no limit")]
        public long Rate { get; init; } = 60;
    }
}
