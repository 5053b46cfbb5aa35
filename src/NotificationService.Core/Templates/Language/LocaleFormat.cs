using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace NotificationService.Templates.Language;

/// <summary>
/// How one locale writes numbers, amounts and times. The service runs without the culture data of an operating system, so that every node writes the same: what is
/// known of languages is a file of our own, made by eng/make-locales.mjs.
/// </summary>
internal sealed class LocaleFormat
{
    private const string Usual = "en";

    private static readonly Lazy<FrozenDictionary<string, LocaleFormat>> All = new(Read);

    private readonly IReadOnlyDictionary<string, string> symbols;
    private readonly Dictionary<string, string> dates;
    private readonly Dictionary<string, RelativeForms> relative;
    private readonly string plural;

    private LocaleFormat(JsonElement locale, IReadOnlyList<string> plurals)
    {
        string Text(string name) => locale.GetProperty(name).GetString()!;
        string[] List(string name) => [.. locale.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
        string[] Months(string name) => [.. List(name), ""];
        symbols = Texts(locale.GetProperty("symbols"));
        dates = Texts(locale.GetProperty("dates"));
        Decimal = Text("decimal");
        Group = Text("group");
        Minus = Text("minus");
        GroupsFrom = locale.GetProperty("groupsFrom").GetInt32();
        Amount = new(Text("amount"), Text("negativeAmount"));
        CodeAmount = new(Text("codeAmount"), Text("negativeCodeAmount"));
        var names = (DateTimeFormatInfo)CultureInfo.InvariantCulture.DateTimeFormat.Clone();
        names.MonthNames = Months("months");
        names.MonthGenitiveNames = Months("monthsOfDay");
        names.AbbreviatedMonthNames = Months("shortMonths");
        names.AbbreviatedMonthGenitiveNames = Months("shortMonths");
        names.DayNames = List("weekdays");
        names.AbbreviatedDayNames = List("shortWeekdays");
        names.AMDesignator = Text("am");
        names.PMDesignator = Text("pm");
        Names = DateTimeFormatInfo.ReadOnly(names);
        var forms = locale.GetProperty("relative");
        plural = plurals[forms.GetProperty("plural").GetInt32()];
        Now = forms.GetProperty("now").GetString()!;
        relative = forms.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object).ToDictionary(
            member => member.Name, member => new RelativeForms(Items(member.Value.GetProperty("past")), Items(member.Value.GetProperty("future"))), StringComparer.Ordinal);
    }

    public string Decimal { get; }

    public string Group { get; }

    public string Minus { get; }

    /// <summary>Some write 1234 without a separator, and 12.345 with one.</summary>
    public int GroupsFrom { get; }

    /// <summary>Where a sign such as € stands.</summary>
    public AmountForm Amount { get; }

    /// <summary>Where a currency's letters stand.</summary>
    public AmountForm CodeAmount { get; }

    /// <summary>Names of months and days for formats that an author wrote.</summary>
    public DateTimeFormatInfo Names { get; }

    public string Now { get; }

    /// <summary>What is known of a locale: of <c>fr-CA</c>, else of <c>fr</c>, else of English.</summary>
    public static LocaleFormat Of(string? name)
    {
        for (var rest = name is { Length: <= 35 } ? name.Replace('_', '-') : ""; rest.Length > 0; rest = rest[..Math.Max(0, rest.LastIndexOf('-'))])
        {
            if (All.Value.TryGetValue(rest, out var found))
                return found;
        }

        return All.Value[Usual];
    }

    public static IEnumerable<string> Known => All.Value.Keys;

    /// <summary>The sign of a currency, or its code where the locale has none.</summary>
    public string Symbol(string currency) => symbols.GetValueOrDefault(currency, currency);

    /// <summary>The format behind a name such as <c>long</c> or <c>short time</c>; null if that is none.</summary>
    public string? Date(string style) => dates.GetValueOrDefault(style);

    public static bool IsDateStyle(string text) => All.Value[Usual].dates.ContainsKey(text);

    /// <summary>Such as <c>in 3 days</c>.</summary>
    public string Relative(string unit, long count, bool isPast)
    {
        var forms = relative[unit];
        // The plurals of these languages repeat after a hundred.
        var form = plural[(int)(count < plural.Length ? count : 100 + (count % 100))] - '0';
        return (isPast ? forms.Past : forms.Future)[form].Replace("#", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static FrozenDictionary<string, LocaleFormat> Read()
    {
        using var stream = typeof(LocaleFormat).Assembly.GetManifestResourceStream("Templates/locales.json") ?? throw new InvalidOperationException("locales.json is not embedded");
        using var document = JsonDocument.Parse(stream);
        var plurals = Items(document.RootElement.GetProperty("plurals"));
        var read = document.RootElement.GetProperty("locales").EnumerateObject().ToDictionary(
            member => member.Name, member => new LocaleFormat(member.Value, plurals), StringComparer.OrdinalIgnoreCase);
        read["no"] = read["nb"];
        return read.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static string[] Items(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static Dictionary<string, string> Texts(JsonElement map) =>
        map.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);

    private sealed record RelativeForms(string[] Past, string[] Future);
}

/// <summary>An amount's shape: # is the number, ¤ the currency.</summary>
internal readonly record struct AmountForm(string Positive, string Negative);
