using System.Buffers;

namespace NotificationService.Webhooks;

/// <summary>Which headers a tenant may have sent along: names and values of HTTP's own grammar, and none that says how the message travels or who it is from.</summary>
public static class HeaderRules
{
    public const int Max = 20;
    public const int LongestName = 90;
    public const int LongestValue = 2048;

    /// <summary>All names and values together; servers commonly take 8 KB in all.</summary>
    public const int MaxInAll = 6 * 1024;

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly HashSet<string> Reserved = new(
        [
            "Host", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect",
            "Accept-Encoding", "Date", "Via", "Forwarded", "Max-Forwards", "User-Agent", "Set-Cookie", "X-Real-IP", "traceparent", "tracestate", "baggage",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes = ["Content-", "Proxy-", "Webhook-", "X-Forwarded-", "Sec-", ":"];

    /// <summary>What is wrong with a header, in plain words; null: it may be sent.</summary>
    public static string? FaultOf(WebhookHeader header)
    {
        if (header.Name.Length is 0 or > LongestName || header.Name.AsSpan().ContainsAnyExcept(Token))
            return $"A header's name takes 1 to {LongestName} letters, digits and signs of !#$%&'*+-.^_`|~.";
        if (Reserved.Contains(header.Name) || ReservedPrefixes.Any(prefix => header.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            return "This header is written by the service or belongs to the connection.";
        if (header.Value.Length is 0 or > LongestValue || header.Value.AsSpan().ContainsAnyExceptInRange(' ', '~') || header.Value[0] == ' ' || header.Value[^1] == ' ')
            return $"A header's value takes 1 to {LongestValue} visible ASCII characters, with blanks only between them.";
        return CanBeSent(header) ? null : "This header does not take such a value.";
    }

    /// <summary>Everything that is wrong with what an input says of headers. Of too many nothing else is said, nor looked at.</summary>
    /// <param name="given">By name; null removes.</param>
    /// <param name="kept">Those that stay as they are stored, each with the length of its value.</param>
    public static IEnumerable<WebhookEndpointError> ErrorsOf(IReadOnlyDictionary<string, string?>? given, IReadOnlyDictionary<string, int> kept)
    {
        List<WebhookHeader> put = [.. (given ?? new Dictionary<string, string?>())
            .Where(header => header.Value is not null && !kept.ContainsKey(header.Key)).Take(Max + 1).Select(header => new WebhookHeader(header.Key, header.Value!))];
        if (put.Count == 0)
            yield break;
        if (put.Count + kept.Count > Max)
        {
            yield return new WebhookEndpointError("/headers", "header_invalid", $"At most {Max} headers are sent along.");
            yield break;
        }

        if (put.Sum(header => header.Name.Length + header.Value.Length) + kept.Sum(header => header.Key.Length + header.Value) > MaxInAll)
            yield return new WebhookEndpointError("/headers", "header_invalid", $"All names and values together take at most {MaxInAll} characters.");
        var names = kept.Keys.Concat(put.Select(header => header.Name)).CountBy(name => name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var header in put)
        {
            if (FaultOf(header) is { } fault)
                yield return new WebhookEndpointError(Pointer(header.Name), "header_invalid", fault);
            else if (names[header.Name] > 1)
                yield return new WebhookEndpointError(Pointer(header.Name), "header_invalid", "Another header has this name in other letters.");
        }
    }

    /// <summary>A JSON Pointer, of a long name its beginning.</summary>
    private static string Pointer(string name) =>
        $"/headers/{(name.Length > LongestName ? name[..LongestName] : name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>Some names have a grammar of their own, and some belong to answers.</summary>
    private static bool CanBeSent(WebhookHeader header)
    {
        using var probe = new HttpRequestMessage();
        try
        {
            probe.Headers.Add(header.Name, header.Value);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
