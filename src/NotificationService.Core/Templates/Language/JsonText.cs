using System.Globalization;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>A value of the model as JSON: measured in one pass, written in another, so that its size is known before it is made. Data has at most 64 levels, and so has this.</summary>
internal static class JsonText
{
    /// <summary>No long, decimal or double is longer.</summary>
    private const int LongestNumber = 64;

    public static long Measure(object? value)
    {
        switch (value)
        {
            case string text:
                return Measure(text);
            case PlainList list:
                RenderBudget.Spend(list.Count + 1);
                var items = 2L + Math.Max(0, list.Count - 1);
                foreach (var item in list)
                    items += Measure(item);
                return items;
            case PlainMap map:
                RenderBudget.Spend(map.Count + 1);
                var members = 2L + Math.Max(0, map.Count - 1);
                foreach (var (name, member) in map)
                    members += Measure(name) + 1 + Measure(member);
                return members;
            default:
                return Written(value, stackalloc char[LongestNumber]).Length;
        }
    }

    public static void Write(Span<char> text, object? value) => _ = Rest(text, value);

    private static Span<char> Rest(Span<char> text, object? value)
    {
        switch (value)
        {
            case string one:
                return Quoted(text, one);
            case PlainList list:
                text = Put(text, "[");
                for (var i = 0; i < list.Count; i++)
                    text = Rest(i == 0 ? text : Put(text, ","), list[i]);
                return Put(text, "]");
            case PlainMap map:
                text = Put(text, "{");
                var first = true;
                foreach (var (name, member) in map)
                {
                    text = Rest(Put(Quoted(first ? text : Put(text, ","), name), ":"), member);
                    first = false;
                }

                return Put(text, "}");
            default:
                return Put(text, Written(value, stackalloc char[LongestNumber]));
        }
    }

    private static long Measure(string text)
    {
        RenderBudget.StepOver(text.Length);
        var length = 2L;
        foreach (var c in text)
            length += Width(c);
        return length;
    }

    private static Span<char> Quoted(Span<char> text, string value)
    {
        text = Put(text, "\"");
        foreach (var c in value)
        {
            switch (Width(c))
            {
                case 1:
                    text[0] = c;
                    text = text[1..];
                    break;
                case 2:
                    text[0] = '\\';
                    text[1] = c switch { '\n' => 'n', '\r' => 'r', '\t' => 't', _ => c };
                    text = text[2..];
                    break;
                default:
                    text[0] = '\\';
                    text[1] = 'u';
                    ((int)c).TryFormat(text[2..], out _, "x4", CultureInfo.InvariantCulture);
                    text = text[6..];
                    break;
            }
        }

        return Put(text, "\"");
    }

    /// <summary>What HTML or JavaScript would understand as its own is written by its number.</summary>
    private static int Width(char c) => c switch
    {
        '"' or '\\' or '\n' or '\r' or '\t' => 2,
        < ' ' or '\u007F' or '<' or '>' or '&' or '\'' or '\u2028' or '\u2029' => 6,
        _ => 1,
    };

    private static Span<char> Put(Span<char> text, scoped ReadOnlySpan<char> piece)
    {
        piece.CopyTo(text);
        return text[piece.Length..];
    }

    private static ReadOnlySpan<char> Written(object? value, Span<char> digits) => value switch
    {
        bool flag => flag ? "true" : "false",
        double real when !double.IsFinite(real) => "null",
        ISpanFormattable number => number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture) ? digits[..written] : "null",
        _ => "null",
    };
}
