using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>
/// The functions a template may call, besides the blocks. Pure: values in, a value out. Whatever makes a text pays <see cref="RenderBudget.Make"/> for it
/// first. Listed for authors in docs/templates.md.
/// </summary>
public static class TemplateFunctions
{
    public sealed record Signature(int Min, int Max, string Usage);

    internal delegate object? Function(ReadOnlySpan<object?> arguments);

    private static readonly Dictionary<string, (Signature Signature, Function Body)> All = new(StringComparer.Ordinal)
    {
        ["eq"] = (new(2, 2, "two values"), a => Same(a[0], a[1])),
        ["ne"] = (new(2, 2, "two values"), a => !Same(a[0], a[1])),
        ["gt"] = (new(2, 2, "two values"), a => Compare(a[0], a[1]) > 0),
        ["gte"] = (new(2, 2, "two values"), a => Compare(a[0], a[1]) >= 0),
        ["lt"] = (new(2, 2, "two values"), a => Compare(a[0], a[1]) < 0),
        ["lte"] = (new(2, 2, "two values"), a => Compare(a[0], a[1]) <= 0),
        ["and"] = (new(2, TemplateLimits.Arguments, "two or more values"), a => FirstOrLast(a, truthy: false)),
        ["or"] = (new(2, TemplateLimits.Arguments, "two or more values"), a => FirstOrLast(a, truthy: true)),
        ["not"] = (new(1, 1, "one value"), a => !PlainValue.IsTruthy(a[0])),
        ["default"] = (new(2, 2, "a value and what stands for it when it is missing or empty"), a => a[0] is null or "" ? a[1] : a[0]),
        ["upper"] = (new(1, 1, "one value"), a => Paid(PlainValue.Text(a[0])).ToUpperInvariant()),
        ["lower"] = (new(1, 1, "one value"), a => Paid(PlainValue.Text(a[0])).ToLowerInvariant()),
        ["length"] = (new(1, 1, "a list or a text"), a => (long)PlainValue.Length(a[0])),
        ["lookup"] = (new(2, 2, "a list or an object, and an index or a name"), a => PlainValue.Member(a[0], PlainValue.Text(a[1]))),
        ["join"] = (new(1, 2, "a list and, if wanted, what stands between"), a => PlainValue.Join(a[0], a.Length > 1 ? PlainValue.Text(a[1]) : ", ")),
        ["pluralize"] = (new(3, 3, "a count, the word for one, the word for many"), a => PlainValue.Number(a[0]) is 1 or -1 ? a[1] : a[2]),
        ["truncate"] = (new(2, 3, "a text, how long it may be and, if wanted, what stands for the rest"), TextFunctions.Truncate),
        ["json"] = (new(1, 1, "one value"), TextFunctions.Json),
        ["urlEncode"] = (new(1, 1, "one value"), TextFunctions.UrlEncode),
        ["number"] = (new(1, 4, "a number and, if wanted, its decimals, what stands between thousands, what stands before the decimals; or a number, \"local\" or a locale and, if wanted, its decimals"), TemplateFormats.Number),
        ["money"] = (new(2, 3, "an amount, a currency such as \"EUR\" and, if wanted, a locale"), LocaleFunctions.Money),
        ["date"] = (new(1, 4, "a time and, if wanted, a format such as \"d MMMM yyyy HH:mm\" or \"long\", a timezone such as \"Europe/Paris\" or \"local\", and a locale"), TemplateFormats.Date),
        ["relative"] = (new(1, 2, "a time and, if wanted, a locale"), LocaleFunctions.Relative),
    };

    public static readonly IReadOnlyDictionary<string, Signature> Signatures =
        All.ToDictionary(entry => entry.Key, entry => entry.Value.Signature, StringComparer.Ordinal);

    public static readonly string Names = string.Join(", ", All.Keys);

    /// <summary>The locales whose way of writing numbers and times is known; others are written as their language, or as English.</summary>
    public static IReadOnlyList<string> Locales => [.. LocaleFormat.Known.Order(StringComparer.Ordinal)];

    internal static IEnumerable<(string Name, Function Body)> Bodies => All.Select(entry => (entry.Key, entry.Value.Body));

    /// <summary>What is wrong with a quoted argument that can be known before any value is: a bad date format, an unknown timezone.</summary>
    internal static string? LiteralProblem(string function, int argument, string text) => (function, argument) switch
    {
        ("date", 1) when !LocaleFormat.IsDateStyle(text) && !TemplateFormats.IsDateFormat(text) => "this is not a date format, such as \"d MMMM yyyy HH:mm\" or \"long\"",
        ("date", 2) when text != LocaleFunctions.Local && !TimeZones.Exists(text) => "there is no such timezone; write one such as \"Europe/Paris\"",
        ("date", 3) or ("money", 2) or ("relative", 1) when !LocaleFunctions.IsLocale(text) => "this is not a locale; write \"local\" or one such as \"fr-CA\"",
        ("money", 1) when !LocaleFunctions.IsCurrency(text) => "this is not a currency of ISO 4217, such as \"EUR\"",
        _ => null,
    };

    /// <summary>A copy of it is about to be made.</summary>
    private static string Paid(string text)
    {
        RenderBudget.Make(text.Length);
        return text;
    }

    private static object? FirstOrLast(ReadOnlySpan<object?> values, bool truthy)
    {
        foreach (var value in values)
        {
            if (PlainValue.IsTruthy(value) == truthy)
                return value;
        }

        return values[^1];
    }

    private static bool Same(object? left, object? right)
    {
        if (left is string a && right is string b)
            return string.Equals(a, b, StringComparison.Ordinal);
        if (left is null || right is null)
            return left is null && right is null;
        if (left is bool || right is bool)
            return string.Equals(PlainValue.Text(left), PlainValue.Text(right), StringComparison.Ordinal);
        return PlainValue.Number(left) is { } x && PlainValue.Number(right) is { } y
            ? x == y
            : string.Equals(PlainValue.Text(left), PlainValue.Text(right), StringComparison.Ordinal);
    }

    /// <summary>By number where both are numbers, else by text. Null, where either is missing, compares false to everything.</summary>
    private static int? Compare(object? left, object? right)
    {
        if (left is null || right is null)
            return null;
        return PlainValue.Number(left) is { } x && PlainValue.Number(right) is { } y
            ? x.CompareTo(y)
            : string.CompareOrdinal(PlainValue.Text(left), PlainValue.Text(right));
    }
}
