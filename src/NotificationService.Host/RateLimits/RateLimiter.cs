using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace NotificationService.Host.RateLimits;

/// <summary>Every subject's share on this node. A subject is a route class with a tenant, or with a caller's network.</summary>
public sealed class RateLimiter(RateLimitStore store, IOptions<RateLimitOptions> options, TimeProvider time)
{
    private const int ManySubjects = 50_000;

    private readonly ConcurrentDictionary<(RateClass, Guid), LeasedAllowance> allowances = new();

    /// <summary>The subject's share, or null where its class has no limit.</summary>
    public LeasedAllowance? Of(RateClass rateClass, Guid subject)
    {
        if (allowances.TryGetValue((rateClass, subject), out var known))
            return known;
        var limit = options.Value.Of(rateClass);
        if (limit <= 0)
            return null;
        if (allowances.Count > ManySubjects)
            Forget();
        return allowances.GetOrAdd((rateClass, subject), key => new LeasedAllowance($"{key.Item1}:{key.Item2}", limit, store.LeaseAsync, time));
    }

    /// <summary>An address as a subject: IPv4 whole, IPv6 by its /64, which is what one customer usually has.</summary>
    public static Guid SubjectOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        (address ?? IPAddress.None).MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
            bytes[8..].Clear();
        return new Guid(bytes, bigEndian: true);
    }

    private void Forget()
    {
        var now = time.GetTimestamp();
        foreach (var (key, allowance) in allowances)
        {
            if (allowance.WindowEnd < now)
                allowances.TryRemove(key, out _);
        }
    }
}
