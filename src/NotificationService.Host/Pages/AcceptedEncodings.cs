using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace NotificationService.Host.Pages;

/// <summary>What a client says in <c>Accept-Encoding</c>. What cannot be read, and what is not named, is not allowed.</summary>
public readonly struct AcceptedEncodings(StringValues header)
{
    private readonly IList<StringWithQualityHeaderValue>? named = StringWithQualityHeaderValue.TryParseList(header, out var values) ? values : null;

    public bool Allow(string encoding)
    {
        foreach (var value in named ?? [])
        {
            if (value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return value.Quality is not 0;
        }

        return false;
    }
}
