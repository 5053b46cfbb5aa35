using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using NotificationService.Tenants;

namespace NotificationService.RateLimits;

/// <summary>Every subject's share on this node. A subject is a route class with a tenant, or with a caller's network.</summary>
public sealed class RateLimiter(RateLimitStore store, IOptions<RateLimitOptions> options, TimeProvider time)
{
    /// <summary>Subjects that are remembered. Addresses are cheap: whoever has a network of them chooses as many as it likes.</summary>
    public const int Capacity = 50_000;

    private readonly ConcurrentDictionary<Subject, LeasedAllowance> allowances = new();

    /// <summary>Whose allowance: what a test account does takes nothing of what live has.</summary>
    private readonly record struct Subject(RateClass Class, Guid Of, bool Live)
    {
        public override string ToString() => Live ? $"{Class}:{Of}" : $"{Class}:{Of}:test";
    }

    /// <summary>How many are remembered now.</summary>
    public int Count => allowances.Count;

    /// <summary>The subject's share, or null where its class has no limit.</summary>
    /// <param name="own">The subject's own limit, which holds where it is lower than that of all.</param>
    public LeasedAllowance? Of(RateClass rateClass, Guid of, bool live = true, long? own = null)
    {
        var limit = options.Value.Of(rateClass);
        if (own is { } lower && (limit <= 0 || lower < limit))
            limit = lower;
        if (limit <= 0)
            return null;
        var subject = new Subject(rateClass, of, live);
        if (allowances.TryGetValue(subject, out var known))
            return known.Limit == limit ? known : Changed(subject, known, limit);
        if (allowances.Count >= Capacity)
            Forget();
        return allowances.GetOrAdd(subject, New(subject, limit));
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

    /// <summary>A person of a tenant as a subject.</summary>
    public static Guid SubjectOf(TenantId tenant, string userId) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant} {userId}")).AsSpan(0, 16), bigEndian: true);

    /// <summary>What was leased under the limit of before stays in the window, and is not this process's any more.</summary>
    private LeasedAllowance Changed(Subject subject, LeasedAllowance known, long limit)
    {
        var changed = New(subject, limit);
        return allowances.TryUpdate(subject, changed, known) ? changed : allowances.GetOrAdd(subject, changed);
    }

    private LeasedAllowance New(Subject subject, long limit) => new(subject.ToString(), subject.Class, limit, store.LeaseAsync, time);

    /// <summary>
    /// Those that nobody has asked for as long as the window. Where that leaves many, all of them, so that not each new one looks through all the others: what a
    /// subject has taken stands in the database, and is asked for again.
    /// </summary>
    private void Forget()
    {
        foreach (var (subject, allowance) in allowances)
        {
            if (allowance.IsIdle)
                allowances.TryRemove(subject, out _);
        }

        if (allowances.Count > Capacity / 2)
            allowances.Clear();
    }
}
