using System.Net;
using Microsoft.Extensions.Primitives;

namespace NotificationService.Host.Http;

/// <summary>
/// What proxies say of a request that they pass on: its client's address (<c>X-Forwarded-For</c>) and scheme (<c>X-Forwarded-Proto</c>). Each proxy adds
/// whom it received it from on the right, and anybody may have written what stands to the left. So it is read from the right, only as long as the one
/// who said it is trusted: the client is the right-most address that is no trusted proxy.
/// </summary>
public static class ForwardedHeaders
{
    /// <summary>Proxies in a row that are believed.</summary>
    private const int MaxProxies = 16;

    /// <summary>Longer than any address with a port.</summary>
    private const int LongestEntry = 64;

    private const string Client = "X-Forwarded-For";
    private const string Scheme = "X-Forwarded-Proto";

    /// <summary>Before everything that asks where a request came from. Without trusted proxies there is nothing to do.</summary>
    public static void UseForwardedHeaders(this WebApplication app, TrustedProxies proxies)
    {
        if (!proxies.Any)
            return;
        app.Use((context, next) =>
        {
            Apply(context, proxies);
            return next(context);
        });
    }

    /// <summary>Puts the client's address and scheme where those of the connection are.</summary>
    public static void Apply(HttpContext context, TrustedProxies proxies)
    {
        if (!proxies.Contain(context.Connection.RemoteIpAddress))
            return;
        var headers = context.Request.Headers;
        var proxiesPassed = 1;
        var entries = new FromRight(headers[Client]);
        while (proxiesPassed <= MaxProxies && entries.TryTake(out var entry) && TryParse(entry, out var address))
        {
            // The port is the proxy's word too, and nobody asks for it.
            (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (address, 0);
            if (!proxies.Contain(address))
                break;
            proxiesPassed++;
        }

        if (SchemeOf(headers[Scheme], proxiesPassed) is { } scheme)
            context.Request.Scheme = scheme;
    }

    /// <summary>What the outermost trusted proxy said; where there are fewer entries than proxies, the outermost entry.</summary>
    private static string? SchemeOf(StringValues header, int proxiesPassed)
    {
        var entries = new FromRight(header);
        string? scheme = null;
        for (var i = 0; i < proxiesPassed && entries.TryTake(out var entry); i++)
        {
            scheme = entry.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps
                : entry.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttp
                : null;
        }

        return scheme;
    }

    /// <summary>An address, perhaps with a port; IPv6 with a port is in brackets.</summary>
    private static bool TryParse(ReadOnlySpan<char> entry, out IPAddress address)
    {
        if (entry.Length is 0 or > LongestEntry)
        {
            address = IPAddress.None;
            return false;
        }

        if (entry[0] == '[')
        {
            var end = entry.IndexOf(']');
            return IPAddress.TryParse(end < 0 ? entry : entry[1..end], out address!) && end > 0;
        }

        // One colon is a port's, more are an IPv6 address. A number alone would be an address, too, of one spelling nobody writes.
        if (entry.Count(':') == 1)
            entry = entry[..entry.IndexOf(':')];
        return IPAddress.TryParse(entry, out address!) && entry.ContainsAny('.', ':');
    }

    /// <summary>The entries of a header's lines, the last first. Only what is asked for is looked at, so that what a caller put in front costs nothing.</summary>
    private ref struct FromRight(StringValues lines)
    {
        private readonly StringValues lines = lines;
        private int line = lines.Count;
        private ReadOnlySpan<char> rest;
        private bool isInLine;

        public bool TryTake(out ReadOnlySpan<char> entry)
        {
            if (!isInLine)
            {
                if (line == 0)
                {
                    entry = default;
                    return false;
                }

                rest = lines[--line];
                isInLine = true;
            }

            var comma = rest.LastIndexOf(',');
            entry = rest[(comma + 1)..].Trim();
            isInLine = comma >= 0;
            rest = comma >= 0 ? rest[..comma] : default;
            return true;
        }
    }
}
