using System.Globalization;
using NotificationService.Host.Http.Json;
using NotificationService.Storage;

namespace NotificationService.Host.Http.Lists;

/// <summary>
/// Reads a call's query parameters strictly: each at most once, none that the call does not know, every mistake
/// collected. Ask for all parameters, then for <see cref="Refusal"/>.
/// </summary>
public sealed class QueryReader(HttpRequest request)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;
    private const int LongestText = 200;
    private const int LastPage = 1_000_000;

    private readonly List<FieldError> errors = [];
    private readonly List<string> known = [];

    /// <summary>A text of at most 200 characters, unless more are allowed, or null if it is not given.</summary>
    public string? Text(string name, int longest = LongestText)
    {
        if (Single(name) is not { } text)
            return null;
        if (text.Length > 0 && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        Refuse(name, "text_invalid", $"'{name}' takes 1 to {longest} characters.");
        return null;
    }

    /// <summary>One of a closed set of words, or null if it is not given.</summary>
    public T? Choice<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (Single(name) is not { } text)
            return null;
        if (words.TryGetValue(text, out var value))
            return value;
        Refuse(name, "choice_invalid", $"'{name}' is one of {string.Join(", ", words.Keys)}.");
        return null;
    }

    public bool Flag(string name)
    {
        var text = Single(name);
        if (text is null or "false" or "true")
            return text is "true";
        Refuse(name, "type", $"'{name}' is true or false.");
        return false;
    }

    public Guid? Id(string name)
    {
        if (Single(name) is not { } text)
            return null;
        if (Guid.TryParseExact(text, "D", out var id))
            return id;
        Refuse(name, "type", $"'{name}' is an id such as 01890a5d-ac96-774b-bcce-b302099a8057.");
        return null;
    }

    /// <summary>An instant as RFC 3339 writes it, with its offset, from the years 2000 to 2199.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Single(name) is not { } text)
            return null;
        if (Rfc3339.TryParse(text, out var instant))
            return instant;
        Refuse(name, "datetime_invalid", $"'{name}' is a time such as 2026-01-31T09:30:00Z.");
        return null;
    }

    /// <summary>A whole number within bounds, or the default if it is not given.</summary>
    public int Number(string name, int byDefault, int min, int max, string code = "number_range")
    {
        if (Single(name) is not { } text)
            return byDefault;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, code, $"'{name}' is a whole number from {min} to {max}.");
        return byDefault;
    }

    /// <summary><c>page</c>, <c>limit</c> and, for a list that has one, <c>cursor</c>. The scope is what <see cref="ListCursor.Write(Guid, string)"/> was given.</summary>
    public Paging Paging(string? cursorScope = null)
    {
        var limit = Number("limit", DefaultLimit, 1, MaxLimit, "limit_range");
        var page = Number("page", 1, 1, LastPage, "page_range");
        if (cursorScope is null || Single("cursor") is not { } text)
        {
            var paging = new Paging(page, limit, After: null, ByCursor: false);
            if (cursorScope is not null && paging.Offset >= PageRequest.Reach)
                Refuse("page", "page_range", $"Numbered pages end with item {PageRequest.Reach}. Go on from the last of them with 'cursor'.");
            return paging;
        }

        if (text.Length == 0)
            return new Paging(page, limit, After: null, ByCursor: true);
        if (ListCursor.TryRead(text, cursorScope, out var after))
            return new Paging(page, limit, after, ByCursor: true);
        Refuse("cursor", "cursor_invalid", "'cursor' is not one that this list gave out for this filter. Start without it.");
        return new Paging(page, limit, After: null, ByCursor: true);
    }

    /// <summary>Where a list that has nothing but a cursor goes on; null for its beginning.</summary>
    public Guid? Cursor(string scope)
    {
        if (Single("cursor") is not { Length: > 0 } text)
            return null;
        if (ListCursor.TryRead(text, scope, out var after))
            return after;
        Refuse("cursor", "cursor_invalid", "'cursor' is not one that this list gave out for this filter. Start without it.");
        return null;
    }

    /// <summary>The same of a list that is walked by a text; empty for its beginning.</summary>
    public string CursorText(string scope, int longest)
    {
        if (Single("cursor") is not { Length: > 0 } cursor)
            return "";
        if (ListCursor.TryRead(cursor, scope, longest, out var after))
            return after;
        Refuse("cursor", "cursor_invalid", "'cursor' is not one that this list gave out for this filter. Start without it.");
        return "";
    }

    /// <summary>The problem to answer with, or null. Call it last: what nobody asked for is unknown.</summary>
    public ProblemResult? Refusal()
    {
        foreach (var name in request.Query.Keys)
        {
            if (errors.Count == Problems.MaxErrors)
                break;
            if (!known.Contains(name, StringComparer.Ordinal))
                Refuse(name, "unknown_parameter", Suggestion.Unknown("parameter", name, known));
        }

        return errors.Count > 0 ? Problems.Validation(errors) : null;
    }

    private string? Single(string name)
    {
        known.Add(name);
        if (!request.Query.TryGetValue(name, out var values) || values.Count == 0)
            return null;
        if (values.Count == 1)
            return values[0];
        Refuse(name, "duplicate_parameter", $"'{name}' may be given once.");
        return null;
    }

    /// <summary>Says that a parameter is wrong for a reason that only the call knows.</summary>
    public void Refuse(string name, string code, string message) => errors.Add(new FieldError(JsonPointer.Append("/query", name), code, message));
}
