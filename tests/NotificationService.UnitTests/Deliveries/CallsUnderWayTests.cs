using NotificationService.Channels.Routing;
using NotificationService.Deliveries;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Deliveries;

/// <summary>A call that is slow gives its slot to another, and the provider is known for it.</summary>
public sealed class CallsUnderWayTests
{
    private readonly ManualTime time = new();
    private readonly ProviderLimiter limiter;

    public CallsUnderWayTests() => limiter = new ProviderLimiter(100, leases: null, time);

    [Fact]
    public void A_call_that_takes_longer_than_a_second_is_detached_once_and_has_no_slot_when_it_ends()
    {
        var calls = new CallsUnderWay(maxDetached: 10, time);
        var slow = calls.Begin(Delivery());
        time.Advance(TimeSpan.FromMilliseconds(600));
        var quick = calls.Begin(Delivery());
        calls.DetachSlow().ShouldBe(0);

        time.Advance(TimeSpan.FromMilliseconds(600));
        calls.DetachSlow().ShouldBe(1);
        calls.DetachSlow().ShouldBe(0);
        (calls.Detached, limiter.IsSlow).ShouldBe((1, false), "one of two");

        calls.End(quick).ShouldBeTrue();
        limiter.GiveBack();
        limiter.IsSlow.ShouldBeTrue();
        calls.End(slow).ShouldBeFalse();
        (calls.Detached, limiter.IsSlow).ShouldBe((0, false));
    }

    [Fact]
    public void Beyond_so_many_that_are_slow_each_keeps_its_slot()
    {
        var calls = new CallsUnderWay(maxDetached: 2, time);
        var all = Enumerable.Range(0, 3).Select(_ => calls.Begin(Delivery())).ToList();
        time.Advance(TimeSpan.FromSeconds(2));

        calls.DetachSlow().ShouldBe(2);

        all.Count(calls.End).ShouldBe(1);
        calls.Detached.ShouldBe(0);
    }

    [Fact]
    public void A_provider_that_leaves_calls_hanging_is_able_again_only_while_few_of_them_hang()
    {
        var calls = new CallsUnderWay(maxDetached: 100, time);
        var all = Enumerable.Range(0, 4).Select(_ => calls.Begin(Delivery())).ToList();
        time.Advance(TimeSpan.FromSeconds(6));
        calls.DetachSlow();
        while (limiter.TryEnter())
        {
            // Up to what a provider may have that leaves calls hanging.
        }

        limiter.AbleIn.ShouldBeGreaterThan(TimeSpan.Zero);

        foreach (var call in all)
        {
            calls.End(call);
            limiter.GiveBack();
        }

        limiter.AbleIn.ShouldBe(TimeSpan.Zero);
    }

    /// <summary>One that holds a permit, as every call does.</summary>
    private StartedDelivery Delivery()
    {
        limiter.TryEnter().ShouldBeTrue();
        return new StartedDelivery(PreparedDeliveries.Of(1, limiter, time), time.GetUtcNow(), time.GetTimestamp());
    }
}
