using System.Buffers;

namespace NotificationService.Webhooks;

/// <summary>Which headers a tenant may have sent along: names and values of HTTP's own grammar, and none that says how the message travels or who it is from.</summary>
public static class HeaderRules
{
    public const int Most = 20;
    public const int LongestName = 90;
    public const int LongestValue = 2048;

    /// <summary>All names and values together; servers commonly take 8 KB in all.</summary>
    public const int MostInAll = 6 * 1024;

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
