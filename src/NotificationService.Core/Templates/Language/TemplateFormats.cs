using System.Globalization;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>Numbers and times as text, in the invariant culture whatever the process runs in.</summary>
internal static class TemplateFormats
{
    private const int LongestFormat = 64;

    public static object? Number(ReadOnlySpan<object?> arguments)
    {
        if (PlainValue.Number(arguments[0]) is not { } value)
            return PlainValue.Text(arguments[0]);
        RenderBudget.Make(LongestFormat);
        if (LocaleFunctions.Number(value, arguments) is { } local)
            return local;
        var decimals = arguments.Length > 1 ? (int)Math.Clamp(PlainValue.Number(arguments[1]) ?? 0, 0, 10) : 2;
        var format = new NumberFormatInfo
        {
            NumberGroupSeparator = arguments.Length > 2 ? Short(arguments[2]) : ",",
            NumberDecimalSeparator = arguments.Length > 3 && Short(arguments[3]) is { Length: > 0 } separator ? separator : ".",
        };
        return value.ToString($"N{decimals}", format);
    }

    public static object? Date(ReadOnlySpan<object?> arguments)
    {
        // What a wrong format costs is its exception.
        RenderBudget.Step(16);
        if (Time(arguments[0]) is not { } time)
            return PlainValue.Text(arguments[0]);
        RenderBudget.Make(LongestFormat);
        if (LocaleFunctions.Date(time, arguments) is { } inLanguage)
            return inLanguage;
        if (arguments.Length > 2)
            time = PlainValue.Text(arguments[2]) is var zone && zone == LocaleFunctions.Local ? LocaleFunctions.InZone(time, zone) : TimeZones.Local(time, zone) ?? time;
        var format = arguments.Length > 1 ? PlainValue.Text(arguments[1]) : "yyyy-MM-dd";
        return IsDateFormat(format) ? time.ToString(format, CultureInfo.InvariantCulture) : time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    public static bool IsDateFormat(string format)
    {
        if (format.Length is 0 or > LongestFormat)
            return false;
        try
        {
            return DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture).Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A date without a time.</summary>
    public static bool IsDay(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>RFC 3339, or seconds since 1970; a time without an offset is UTC.</summary>
    public static DateTimeOffset? Time(object? value) => value switch
    {
        string { Length: <= LongestFormat } text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        long seconds when seconds is > -62_135_596_800 and < 253_402_300_799 => DateTimeOffset.FromUnixTimeSeconds(seconds),
        _ => null,
    };

    private static string Short(object? value)
    {
        var text = PlainValue.Text(value);
        return text.Length <= 4 ? text : text[..4];
    }
}
