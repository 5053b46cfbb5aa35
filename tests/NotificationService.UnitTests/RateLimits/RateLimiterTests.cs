using System.Net;
using Microsoft.Extensions.Options;
using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.UnitTests.RateLimits;

public sealed class RateLimiterTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void However_many_addresses_ask_within_a_minute_only_so_many_are_remembered()
    {
        var limiter = Limiter();
        var max = 0;

        for (var i = 0; i < 3 * RateLimiter.Capacity; i++)
        {
            // A /64 of its own each, as anybody has 65,536 of who has a /48.
            Span<byte> address = [0x20, 0x01, 0x0d, 0xb8, 0, (byte)(i >> 16), (byte)(i >> 8), (byte)i, 0, 0, 0, 0, 0, 0, 0, 1];
            limiter.Of(RateClass.Auth, RateLimiter.SubjectOf(new IPAddress(address)));
            if (i % 1_000 == 0)
                max = Math.Max(max, limiter.Count);
        }

        max.ShouldBeLessThanOrEqualTo(RateLimiter.Capacity);
        limiter.Count.ShouldBeLessThanOrEqualTo(RateLimiter.Capacity);
    }

    [Fact]
    public void Who_asks_again_has_the_same_allowance()
    {
        var (limiter, subject) = (Limiter(), Guid.NewGuid());

        limiter.Of(RateClass.Read, subject).ShouldBeSameAs(limiter.Of(RateClass.Read, subject));
        limiter.Of(RateClass.Send, subject).ShouldNotBeSameAs(limiter.Of(RateClass.Read, subject));
    }

    private RateLimiter Limiter() =>
        new(new RateLimitStore(new Database(new StorageOptions { ConnectionString = "Host=unused" })), Options.Create(new RateLimitOptions()), time);
}
