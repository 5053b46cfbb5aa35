using System.Globalization;

namespace NotificationService.Settings;

/// <summary>
/// Which values a setting may have, both ends included. The start refuses any other (<see cref="SettingBounds"/>), and docs/settings.md shows them.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute : Attribute
{
    private readonly long min;
    private readonly long max;
    private readonly bool isTime;

    /// <summary>A number.</summary>
    public BoundsAttribute(long min, long max = long.MaxValue) => (this.min, this.max) = (min, max);

    /// <summary>A time, as the setting is written: <c>00:00:01</c>. An empty <paramref name="max"/> is none.</summary>
    public BoundsAttribute(string min, string max = "")
    {
        isTime = true;
        this.min = Ticks(min);
        this.max = max.Length == 0 ? long.MaxValue : Ticks(max);
    }

    /// <summary>What 0 means, where it is allowed beside the bounds or says something else than so little.</summary>
    public string? Zero { get; init; }

    /// <summary>Whether a value may be.</summary>
    public bool Allows(object value)
    {
        var number = value is TimeSpan time ? time.Ticks : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        return (number >= min && number <= max) || (number == 0 && Zero is not null);
    }

    /// <summary>For a person: <c>1 to 5000</c>, <c>00:00:01 or more</c>, <c>2.00:00:00 or more, or 00:00:00 for ever</c>.</summary>
    /// <param name="write">How a bound is written.</param>
    public string Words(Func<object, string> write)
    {
        var range = max == long.MaxValue ? $"{Write(min)} or more" : $"{Write(min)} to {Write(max)}";
        return Zero is null ? range : $"{range}{(min <= 0 ? "; " : ", or ")}{Write(0)} {Zero}";

        string Write(long value) => write(isTime ? TimeSpan.FromTicks(value) : value);
    }

    private static long Ticks(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture).Ticks;
}
