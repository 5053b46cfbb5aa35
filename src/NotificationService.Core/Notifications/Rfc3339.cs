using System.Globalization;
using System.Text.RegularExpressions;

namespace NotificationService.Notifications;

/// <summary>
/// Reads instants as RFC 3339 writes them, always with an offset: an instant without one is an instant nobody knows. Nanoseconds are
/// taken, and cut to the seven digits that an instant has here.
/// </summary>
public static partial class Rfc3339
{
    private const int Point = 19;
    private const int MaxDigits = 7;

    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (!Shape().IsMatch(text) || !DateTimeOffset.TryParse(Cut(text), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var read))
            return false;
        instant = read;
        return read.Year is >= 2000 and < 2200;
    }

    private static string Cut(string text)
    {
        var digits = text[Point] == '.' ? text.AsSpan(Point + 1).IndexOfAnyExceptInRange('0', '9') : 0;
        return digits > MaxDigits ? text.Remove(Point + 1 + MaxDigits, digits - MaxDigits) : text;
    }

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
