using System.Collections.Frozen;
using System.Globalization;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>Amounts, numbers, dates and "in 3 days" as the recipient's language writes them. Each result is short whatever it is made of, and is paid for first.</summary>
internal static class LocaleFunctions
{
    /// <summary>In place of a locale or a timezone: the recipient's.</summary>
    public const string Local = "local";

    /// <summary>A decimal of 29 digits, its separators, the currency and marks of direction.</summary>
    private const int Longest = 96;

    private const int MaxDecimals = 10;

    /// <summary>Parts of a second unit, as ISO 4217 has them; all others have two.</summary>
    private static readonly FrozenDictionary<string, int> Decimals = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["UYI"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    /// <summary><c>money amount currency locale</c>. What is no amount is printed as it is, and behind it what was given as a currency.</summary>
    public static object? Money(ReadOnlySpan<object?> arguments)
    {
        if (PlainValue.Number(arguments[0]) is not { } amount)
            return PlainValue.Text(arguments[0]);
        RenderBudget.Make(Longest);
        var locale = Locale(arguments, 2);
        var given = arguments[1] as string ?? "";
        var currency = given.Length <= 8 ? given.Trim().ToUpperInvariant() : "";
        var symbol = IsCurrency(currency) ? locale.Symbol(currency) : currency;
        var number = Digits(Math.Abs(amount), locale, Decimals.GetValueOrDefault(currency, 2), isFixed: true);
        if (symbol.Length == 0)
            return Signed(number, amount, locale);
        var form = char.IsLetter(symbol[0]) || char.IsLetter(symbol[^1]) ? locale.CodeAmount : locale.Amount;
        return (amount < 0 ? form.Negative : form.Positive).Replace("#", number, StringComparison.Ordinal).Replace("¤", symbol, StringComparison.Ordinal);
    }

    /// <summary><c>number n "local"</c>, and perhaps how many decimals; null where the second argument asks for the other form.</summary>
    public static string? Number(decimal value, ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length < 2 || arguments[1] is not string name || !IsLocale(name))
            return null;
        var locale = Locale(arguments, 1);
        var fixedTo = arguments.Length > 2 && PlainValue.Number(arguments[2]) is { } wanted ? (int)Math.Clamp(wanted, 0, MaxDecimals) : (int?)null;
        return Signed(Digits(Math.Abs(value), locale, fixedTo ?? 3, isFixed: fixedTo is not null), value, locale);
    }

    /// <summary>A time by a name such as <c>long</c>, or by a format with the names of a language; null where the arguments ask for neither.</summary>
    public static string? Date(DateTimeOffset time, ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length < 2 || arguments[1] is not string style)
            return null;
        var locale = Locale(arguments, 3);
        if (locale.Date(style) is { } format)
            return InZone(time, arguments.Length > 2 ? PlainValue.Text(arguments[2]) : Local).ToString(format, locale.Names);
        return arguments.Length > 3 && TemplateFormats.IsDateFormat(style) ? InZone(time, PlainValue.Text(arguments[2])).ToString(style, locale.Names) : null;
    }

    /// <summary><c>relative at locale</c>: how far it is from the time for which the message is made.</summary>
    public static object? Relative(ReadOnlySpan<object?> arguments)
    {
        RenderBudget.Step(16);
        if (TemplateFormats.Time(arguments[0]) is not { } time)
            return PlainValue.Text(arguments[0]);
        RenderBudget.Make(Longest);
        var locale = Locale(arguments, 1);
        var away = time - RenderMoment.Now;
        var (isPast, length) = (away < TimeSpan.Zero, away.Duration());
        return length switch
        {
            { TotalMinutes: < 1 } => locale.Now,
            { TotalHours: < 1 } => locale.Relative("minute", (long)length.TotalMinutes, isPast),
            { TotalDays: < 1 } => locale.Relative("hour", (long)length.TotalHours, isPast),
            { TotalDays: < 30 } => locale.Relative("day", (long)length.TotalDays, isPast),
            { TotalDays: < 365 } => locale.Relative("month", Math.Min(11, (long)(length.TotalDays / 30)), isPast),
            _ => locale.Relative("year", (long)(length.TotalDays / 365.2425) is var years and > 0 ? years : 1, isPast),
        };
    }

    public static bool IsLocale(string text) => text == Local || LocaleName.IsValid(text);

    /// <summary>The instant as a clock of that zone, or of the recipient's, shows it.</summary>
    public static DateTimeOffset InZone(DateTimeOffset time, string zone) =>
        TimeZones.Local(time, zone == Local ? RenderMoment.Timezone ?? "UTC" : zone) ?? time.ToUniversalTime();

    private static LocaleFormat Locale(ReadOnlySpan<object?> arguments, int at) =>
        arguments.Length > at && arguments[at] is string { Length: > 0 } name && name != Local ? LocaleFormat.Of(name) : RenderMoment.Locale;

    private static string Digits(decimal value, LocaleFormat locale, int decimals, bool isFixed)
    {
        var format = new NumberFormatInfo { NumberGroupSeparator = value < locale.GroupsFrom ? "" : locale.Group, NumberDecimalSeparator = locale.Decimal };
        return value.ToString(isFixed ? $"N{decimals}" : "#,##0.###", format);
    }

    private static string Signed(string digits, decimal value, LocaleFormat locale) => value < 0 ? locale.Minus + digits : digits;
}
