using System.Diagnostics.CodeAnalysis;

namespace NotificationService.Host.Http;

/// <summary>Reads <c>Idempotency-Key</c>: at most one, 1 to 255 visible ASCII characters, bare or in double quotes.</summary>
public static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";
    public const int Longest = 255;

    /// <summary>False with the problem to answer if the header is wrong; true with a null key if there is none.</summary>
    public static bool TryRead(HttpRequest request, out string? key, [NotNullWhen(false)] out ProblemResult? refusal)
    {
        (key, refusal) = (null, null);
        if (!request.Headers.TryGetValue(Name, out var values))
            return true;

        if (values.Count == 1 && Unquoted(values[0] ?? "") is { } text)
        {
            key = text;
            return true;
        }

        refusal = Problems.BadRequest(
            "idempotency_key_invalid",
            "The Idempotency-Key is not valid",
            $"Send one Idempotency-Key of 1 to {Longest} visible ASCII characters, bare or in double quotes.",
            $"/headers/{Name}");
        return false;
    }

    private static string? Unquoted(string value)
    {
        var text = value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
        return text.Length is >= 1 and <= Longest && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains('"', StringComparison.Ordinal)
            ? text
            : null;
    }
}
