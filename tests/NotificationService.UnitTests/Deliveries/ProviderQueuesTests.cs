using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Deliveries;

/// <summary>Who is next at a provider, and who goes back because it will not be soon.</summary>
public sealed class ProviderQueuesTests
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(17);

    private readonly ManualTime time = new();
    private readonly ProviderQueues queues = new(LongestCall);

    [Fact]
    public void Whoever_has_a_permit_is_granted_in_turn_and_the_others_wait_for_one_of_their_own_provider()
    {
        var (first, second) = (new ProviderLimiter(100, leases: null, time), new ProviderLimiter(100, leases: null, time));
        for (var i = 1; i <= 6; i++)
            queues.Add(Delivery(i, first));
        queues.Add(Delivery(7, second));

        Granted(first).ShouldBe([1, 2, 3, 4], "a provider that has not responded yet takes four");
        queues.Next(first).ShouldBe(Admission.Nobody);
        Granted(second).ShouldBe([7]);
        queues.Waiting.ShouldBe(2);

        first.GiveBack();
        Granted(first).ShouldBe([5]);
    }

    [Fact]
    public void What_has_too_little_of_its_lease_left_goes_back_and_so_does_what_waits_for_a_provider_that_is_left_alone()
    {
        var limiter = new ProviderLimiter(100, leases: null, time);
        queues.Add(Delivery(1, limiter));
        time.Advance(TimeSpan.FromSeconds(30) - LongestCall + TimeSpan.FromMilliseconds(1));
        Refused(limiter).ShouldBe([1]);

        limiter.TryEnter().ShouldBeTrue();
        queues.Add(Delivery(2, limiter));
        limiter.Leave(new ProviderResult.Deferred("http_429", "slow down", TimeSpan.FromSeconds(5), DeferralCause.Throttled), TimeSpan.FromMilliseconds(20));
        Refused(limiter).ShouldBe([2]);
        queues.Waiting.ShouldBe(0);
    }

    [Fact]
    public void Providers_that_nobody_waits_for_leave_memory_and_come_back()
    {
        var limiter = new ProviderLimiter(100, leases: null, time);
        queues.Add(Delivery(1, limiter));
        queues.Providers().ShouldBe([limiter]);
        Granted(limiter).ShouldBe([1]);

        queues.Providers().ShouldBeEmpty();
        queues.Next(limiter).ShouldBe(Admission.Nobody);

        queues.Add(Delivery(2, limiter));
        queues.Providers().ShouldBe([limiter]);
        queues.Empty().Count.ShouldBe(1);
        queues.Waiting.ShouldBe(0);
    }

    [Fact]
    public void Of_many_that_come_and_go_at_once_none_is_lost_and_none_is_granted_twice()
    {
        var (limiters, granted) = (Enumerable.Range(0, 8).Select(_ => new ProviderLimiter(100, leases: null, time)).ToArray(), 0);

        Parallel.For(0, 20_000, i =>
        {
            var limiter = limiters[i % limiters.Length];
            queues.Add(Delivery(i, limiter));
            if (i % 5 == 0)
                queues.Providers().Count().ShouldBeLessThanOrEqualTo(limiters.Length);
            while (queues.Next(limiter) is Admission.Granted)
            {
                Interlocked.Increment(ref granted);
                limiter.GiveBack();
            }
        });
        granted += limiters.Sum(limiter => Granted(limiter).Count);

        (granted + queues.Empty().Count).ShouldBe(20_000);
    }

    private List<int> Granted(ProviderLimiter limiter)
    {
        var granted = new List<int>();
        while (queues.Next(limiter) is Admission.Granted { Delivery: var delivery })
            granted.Add(delivery.Claim.Claims);
        return granted;
    }

    private List<int> Refused(ProviderLimiter limiter)
    {
        var refused = new List<int>();
        while (queues.Next(limiter) is Admission.Refused { Delivery: var delivery })
            refused.Add(delivery.Claim.Claims);
        return refused;
    }

    private PreparedDelivery Delivery(int number, ProviderLimiter limiter) => PreparedDeliveries.Of(number, limiter, time);
}
