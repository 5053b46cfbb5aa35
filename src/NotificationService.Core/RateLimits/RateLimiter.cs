using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace NotificationService.RateLimits;

/// <summary>Every subject's share on this node. A subject is a route class with a tenant, or with a caller's network.</summary>
public sealed class RateLimiter(RateLimitStore store, IOptions<RateLimitOptions> options, TimeProvider time)
{
    /// <summary>Subjects that are remembered. Addresses are cheap: whoever has a network of them chooses as many as it likes.</summary>
    public const int Capacity = 50_000;

    private readonly ConcurrentDictionary<(RateClass, Guid), LeasedAllowance> allowances = new();

    /// <summary>How many are remembered now.</summary>
    public int Count => allowances.Count;

    /// <summary>The subject's share, or null where its class has no limit.</summary>
    public LeasedAllowance? Of(RateClass rateClass, Guid subject)
    {
        if (allowances.TryGetValue((rateClass, subject), out var known))
            return known;
        var limit = options.Value.Of(rateClass);
        if (limit <= 0)
            return null;
        if (allowances.Count >= Capacity)
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

    /// <summary>
    /// Those whose minute is over. Where that leaves many, all of them, so that not each new one looks through all the others: what a subject has taken of
    /// its minute stands in the database, and is asked for again.
    /// </summary>
    private void Forget()
    {
        var now = time.GetTimestamp();
        foreach (var (key, allowance) in allowances)
        {
            if (allowance.WindowEnd < now)
                allowances.TryRemove(key, out _);
        }

        if (allowances.Count > Capacity / 2)
            allowances.Clear();
    }
}
