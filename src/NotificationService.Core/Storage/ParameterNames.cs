using System.Globalization;
using System.Text;

namespace NotificationService.Storage;

/// <summary>
/// Rewrites <c>:name</c> to <c>$1</c>, <c>$2</c>, … as the server and its prepared statements have it: once, when a statement is loaded. What stands in
/// comments, strings, quoted names and dollar quotes is left as it is, and so are casts (<c>::uuid</c>) and the bounds of a subscript (<c>a[2:n]</c>): in a
/// subscript a parameter stands in parentheses.
/// </summary>
internal ref struct ParameterNames
{
    private readonly StringBuilder rewritten;
    private readonly List<string> names = [];

    /// <summary>What is open: <c>(</c>, <c>[</c> for a subscript, <c>a</c> for <c>array[</c>.</summary>
    private readonly Stack<char> open = new();
    private readonly ReadOnlySpan<char> text;
    private int at;

    private ParameterNames(string text)
    {
        this.text = text;
        rewritten = new StringBuilder(text.Length);
    }

    /// <summary>The text with positions, and the names in the order of these.</summary>
    public static (string Text, string[] Names) Rewrite(string text)
    {
        var reader = new ParameterNames(text);
        while (reader.at < text.Length)
            reader.Next();
        return (reader.rewritten.ToString(), [.. reader.names]);
    }

    private void Next()
    {
        var rest = text[at..];
        switch (rest[0])
        {
            case '-' when rest.StartsWith("--"):
                Copy(Until(rest, "\n", 2));
                break;
            case '/' when rest.StartsWith("/*"):
                Copy(Comment(rest));
                break;
            case '"':
                Copy(Quoted(rest, '"', escapes: false));
                break;
            case '\'':
                Copy(Quoted(rest, '\'', IsEscaping()));
                break;
            case '$' when DollarQuote(rest) is { Length: > 0 } tag:
                Copy(Until(rest, tag, tag.Length));
                break;
            case '$' when rest.Length > 1 && char.IsAsciiDigit(rest[1]) && !IsWithinWord:
                throw new InvalidOperationException($"a parameter has a name, and no position: {rest[..Math.Min(rest.Length, 40)]}");
            case ':' when rest.StartsWith("::"):
                Copy(2);
                break;
            case ':' when rest.Length > 1 && char.IsAsciiLetterLower(rest[1]) && !IsInSubscript:
                Number(Word(rest[1..]));
                break;
            default:
                Track(rest[0]);
                Copy(1);
                break;
        }
    }

    private readonly bool IsWithinWord => at > 0 && IsOfWord(text[at - 1]);

    private readonly bool IsInSubscript => open.TryPeek(out var last) && last == '[';

    private void Number(ReadOnlySpan<char> name)
    {
        var place = names.IndexOf(name.ToString());
        if (place < 0)
        {
            place = names.Count;
            names.Add(name.ToString());
        }

        rewritten.Append(CultureInfo.InvariantCulture, $"${place + 1}");
        at += name.Length + 1;
    }

    private void Copy(int length)
    {
        rewritten.Append(text.Slice(at, length));
        at += length;
    }

    private readonly void Track(char character)
    {
        if (character == '(')
            open.Push('(');
        else if (character == '[')
            open.Push(IsOfConstructor() ? 'a' : '[');
        else if (character is ')' or ']')
            open.TryPop(out _);
    }

    /// <summary>Whether the bracket here begins an array, or an array within one, and no subscript.</summary>
    private readonly bool IsOfConstructor()
    {
        var before = text[..at].TrimEnd();
        return before.EndsWith("array", StringComparison.OrdinalIgnoreCase) && (before.Length == 5 || !IsOfWord(before[^6]))
            || (open.TryPeek(out var last) && last == 'a' && before[^1] is '[' or ',');
    }

    /// <summary>Whether the string that begins here is one with backslashes: <c>E'…'</c>.</summary>
    private readonly bool IsEscaping() => at > 0 && text[at - 1] is 'e' or 'E' && (at == 1 || !IsOfWord(text[at - 2]));

    private static int Quoted(ReadOnlySpan<char> rest, char quote, bool escapes)
    {
        for (var i = 1; i < rest.Length; i++)
        {
            if (escapes && rest[i] == '\\')
                i++;
            else if (rest[i] == quote && i + 1 < rest.Length && rest[i + 1] == quote)
                i++;
            else if (rest[i] == quote)
                return i + 1;
        }

        return rest.Length;
    }

    /// <summary>Comments of this kind nest.</summary>
    private static int Comment(ReadOnlySpan<char> rest)
    {
        var depth = 0;
        for (var i = 0; i + 1 < rest.Length; i++)
        {
            if (rest[i..].StartsWith("/*"))
                depth++;
            else if (rest[i..].StartsWith("*/"))
                depth--;
            else
                continue;
            i++;
            if (depth == 0)
                return i + 1;
        }

        return rest.Length;
    }

    private static int Until(ReadOnlySpan<char> rest, ReadOnlySpan<char> end, int from) => rest[from..].IndexOf(end) is >= 0 and var found ? from + found + end.Length : rest.Length;

    /// <summary><c>$$</c> or <c>$tag$</c>; empty for anything else.</summary>
    private readonly ReadOnlySpan<char> DollarQuote(ReadOnlySpan<char> rest)
    {
        if (IsWithinWord)
            return [];
        var tag = rest.Length > 1 && char.IsAsciiDigit(rest[1]) ? [] : Word(rest[1..]);
        return rest.Length > tag.Length + 1 && rest[tag.Length + 1] == '$' ? rest[..(tag.Length + 2)] : [];
    }

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> from)
    {
        var length = 0;
        while (length < from.Length && IsOfWord(from[length]))
            length++;
        return from[..length];
    }

    private static bool IsOfWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
