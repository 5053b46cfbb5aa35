using NotificationService.Quotas;

namespace NotificationService.UnitTests.Quotas;

public sealed class DailyLimitTests
{
    private static readonly Dictionary<string, int> Caps = new() { ["+44"] = 1_000, ["+447"] = 5, ["+1"] = 0 };

    [Theory]
    [InlineData("+447700900123", "+447", 5)]
    [InlineData("+442079460000", "+44", 1_000)]
    [InlineData("+14155550100", "+1", 0)]
    public void The_longest_beginning_that_has_a_cap_counts(string number, string prefix, int cap) => DailyLimit.CapOf(Caps, number).ShouldBe((prefix, cap));

    [Theory]
    [InlineData("+4915112345678")]
    [InlineData("+4")]
    [InlineData("")]
    [InlineData(null)]
    public void A_number_of_which_no_beginning_is_listed_has_no_cap(string? number) => DailyLimit.CapOf(Caps, number).ShouldBeNull();

    [Theory]
    [InlineData("2026-03-28T22:59:59Z", "Europe/Berlin", "2026-03-28", "2026-03-28T23:00:00Z")]
    [InlineData("2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00Z")]
    [InlineData("2026-03-28T23:00:00Z", "UTC", "2026-03-28", "2026-03-29T00:00:00Z")]
    [InlineData("2026-03-28T09:59:59Z", "Pacific/Kiritimati", "2026-03-28", "2026-03-28T10:00:00Z")]
    [InlineData("2026-03-28T23:00:00Z", "Nowhere/Here", "2026-03-28", "2026-03-29T00:00:00Z")]
    public void A_day_is_the_tenants_own(string now, string timezone, string date, string ends) =>
        TenantDay.Of(At(now), timezone).ShouldBe(new TenantDay(DateOnly.ParseExact(date, "yyyy-MM-dd", null), At(ends)));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, null);
}
