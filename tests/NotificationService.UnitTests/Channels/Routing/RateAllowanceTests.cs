using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels.Routing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Channels.Routing;

public sealed class RateAllowanceTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void A_lease_is_used_from_when_it_begins_and_no_more_often_than_it_says()
    {
        var allowance = new RateAllowance(50, time);
        allowance.TryTake().ShouldBeFalse();

        allowance.Add(new RateLease(2, TimeSpan.FromMilliseconds(100)));
        allowance.TryTake().ShouldBeFalse("it has not begun");
        allowance.NextIn.ShouldBe(TimeSpan.FromMilliseconds(100));

        time.Advance(TimeSpan.FromMilliseconds(100));
        (allowance.TryTake(), allowance.TryTake(), allowance.TryTake()).ShouldBe((true, true, false));
    }

    [Fact]
    public void What_was_not_used_is_not_saved_for_a_burst()
    {
        var allowance = new RateAllowance(50, time);
        allowance.Add(new RateLease(5, TimeSpan.Zero));

        time.Advance(TimeSpan.FromSeconds(2));

        allowance.Available.ShouldBe(0);
        allowance.RunsShort.ShouldBeTrue();
    }

    [Fact]
    public void Calls_taken_are_never_more_than_calls_leased() => Prop.ForAll(
        Gen.Choose(1, 200).Zip(Gen.Choose(0, 300).ListOf()).ToArbitrary(),
        given =>
        {
            var (perSecond, steps) = given;
            var clock = new ManualTime();
            var allowance = new RateAllowance(perSecond, clock);
            var (leased, taken) = (0, 0);
            foreach (var step in steps)
            {
                if (step % 3 == 0)
                {
                    allowance.Add(new RateLease(allowance.Chunk, TimeSpan.FromMilliseconds(step)));
                    leased += allowance.Chunk;
                }

                clock.Advance(TimeSpan.FromMilliseconds(step));
                for (var i = 0; i < step && allowance.TryTake(); i++)
                    taken++;
            }

            return taken <= leased && allowance.Available <= leased - taken;
        }).QuickCheckThrowOnFailure();
}
