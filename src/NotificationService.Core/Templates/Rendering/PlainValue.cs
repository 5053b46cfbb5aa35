using System.Globalization;

namespace NotificationService.Templates.Rendering;

/// <summary>What functions may ask of a value of the model.</summary>
internal static class PlainValue
{
    /// <summary>No long, decimal or double is longer.</summary>
    private const int LongestNumber = 64;

    public static bool IsTruthy(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        PlainList list => list.Count > 0,
        PlainMap map => map.Count > 0,
        _ => Number(value) is not 0m,
    };

    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static decimal? Number(object? value) => value switch
    {
        long whole => whole,
        int whole => whole,
        decimal exact => exact,
        double real when Math.Abs(real) < 7.9e27 => (decimal)real,
        string text when text.Length <= 40 && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
        _ => null,
    };

    public static int Length(object? value) => value switch
    {
        string text => text.Length,
        PlainList list => list.Count,
        PlainMap map => map.Count,
        _ => 0,
    };

    public static object? Member(object? value, string name) => value switch
    {
        PlainMap map => map.GetValueOrDefault(name),
        PlainList list when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
        PlainList list when name == "length" => (long)list.Count,
        _ => null,
    };

    /// <summary>The items as one text, whose length is paid for before it is made. A list inside of a list prints nothing: joining is for words, and recursion for nobody.</summary>
    public static string Join(object? value, string separator)
    {
        if (value is not PlainList list)
            return Text(value);
        RenderBudget.Spend(list.Count);
        Span<char> digits = stackalloc char[LongestNumber];
        var length = (long)separator.Length * Math.Max(0, list.Count - 1);
        foreach (var item in list)
            length += Written(item, digits).Length;
        RenderBudget.Make(length);
        return string.Create((int)length, (list, separator), static (text, joined) => Fill(text, joined.list, joined.separator));
    }

    private static void Fill(Span<char> text, PlainList list, string separator)
    {
        Span<char> digits = stackalloc char[LongestNumber];
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
                text = Append(text, separator);
            text = Append(text, Written(list[i], digits));
        }
    }

    private static Span<char> Append(Span<char> text, scoped ReadOnlySpan<char> piece)
    {
        piece.CopyTo(text);
        return text[piece.Length..];
    }

    /// <summary>The item's text, in the buffer if it is a number.</summary>
    private static ReadOnlySpan<char> Written(object? item, Span<char> digits) => item switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        ISpanFormattable number => number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture) ? digits[..written] : default,
        _ => default,
    };
}
