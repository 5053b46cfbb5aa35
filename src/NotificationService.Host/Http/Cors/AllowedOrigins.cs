using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using NotificationService.RateLimits;
using NotificationService.Tenants;

namespace NotificationService.Host.Http.Cors;

/// <summary>Whose pages may call: by the settings of tenants, from memory of a few seconds.</summary>
public sealed class AllowedOrigins(OriginLookup lookup, TenantSettingsCache settings, TimeProvider time)
{
    /// <summary>Origins that are remembered, also those that nobody lists.</summary>
    public const int Capacity = 10_000;

    private const int LongestOrigin = 300;

    private static readonly SearchValues<char> NoPartOfHost = SearchValues.Create("/?#@\\*");

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (bool IsListed, long At)> known = new(StringComparer.Ordinal);

    /// <summary>Origins that nobody lists, by who asks for them: each of them is a question to the database.</summary>
    private readonly FailureCounts unlisted = new(burst: 100, TimeSpan.FromMilliseconds(200), time);

    /// <summary>Whether any tenant lists it: all that is known before sign-in. A stranger who asks for too many that nobody lists is refused without a look.</summary>
    public async ValueTask<bool> AnyTenantListsAsync(string origin, IPAddress? asker, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(origin, out var found) && time.GetElapsedTime(found.At) < Lifetime)
            return found.IsListed;
        var key = RateLimiter.SubjectOf(asker).ToString();
        if (!IsOrigin(origin) || !unlisted.TryCount(key))
            return false;
        var isListed = await lookup.IsListedAsync(origin, cancellationToken);
        if (isListed)
            unlisted.TakeBack(key);
        if (known.Count >= Capacity)
            known.Clear();
        known[origin] = (isListed, time.GetTimestamp());
        return isListed;
    }

    /// <summary>Whether this tenant lists it.</summary>
    public async ValueTask<bool> ListsAsync(TenantId tenant, string origin, CancellationToken cancellationToken) =>
        (await settings.GetAsync(tenant, cancellationToken)).AllowedOrigins.Contains(origin, StringComparer.Ordinal);

    /// <summary>Scheme, host and perhaps a port, as browsers write it. <c>null</c>, which any sandboxed page and file sends, is none.</summary>
    public static bool IsOrigin(string text) =>
        text.Length <= LongestOrigin && (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal))
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && text.AsSpan(text.IndexOf("//", StringComparison.Ordinal) + 2) is { IsEmpty: false } host && !host.ContainsAny(NoPartOfHost);
}
