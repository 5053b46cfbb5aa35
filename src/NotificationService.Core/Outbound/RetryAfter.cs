using System.Globalization;

namespace NotificationService.Outbound;

/// <summary>How long somebody else's server asks us to wait. Anything that is not plainly a time to come is ignored.</summary>
public static class RetryAfter
{
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary><c>Retry-After</c>, and where there is none the header that shows when the vendor's limit is lifted, in Unix seconds.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now, string? resetHeader = null)
    {
        if (First(response, "Retry-After") is { } value && Parse(value, now) is { } wait)
            return wait;
        return resetHeader is not null && First(response, resetHeader) is { } reset ? ParseReset(reset, now) : null;
    }

    /// <summary><c>Retry-After</c> alone, for whoever bounds it by a schedule of its own.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now, TimeSpan longest) =>
        First(response, "Retry-After") is { } value ? Parse(value, now, longest) : null;

    /// <summary>Seconds or an HTTP date; at most an hour.</summary>
    public static TimeSpan? Parse(string value, DateTimeOffset now) => Parse(value, now, Longest);

    /// <summary>Seconds or an HTTP date; at most <paramref name="longest"/>.</summary>
    public static TimeSpan? Parse(string value, DateTimeOffset now, TimeSpan longest)
    {
        var text = value.Trim();
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return Bounded(text.Length > 9 ? longest : TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture)), longest);
        // The one form that is written today, and the two that must still be read.
        return DateTimeOffset.TryParseExact(
            text, ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date)
            ? Bounded(date - now, longest)
            : null;
    }

    public static TimeSpan? ParseReset(string value, DateTimeOffset now) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 1_000_000_000 and < 100_000_000_000
            ? Bounded(DateTimeOffset.FromUnixTimeSeconds(seconds) - now, Longest)
            : null;

    private static TimeSpan? Bounded(TimeSpan wait, TimeSpan longest) => wait <= TimeSpan.Zero ? null : wait < longest ? wait : longest;

    private static string? First(HttpResponseMessage response, string name)
    {
        if (!response.Headers.NonValidated.TryGetValues(name, out var values))
            return null;
        foreach (var value in values)
            return value;
        return null;
    }
}
