using NotificationService.Deliveries;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Deliveries;

/// <summary>What a worker holds ready follows how fast its calls end.</summary>
public sealed class InFlightLimiterTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_prefetch_lasts_for_a_moment_at_the_rate_of_late_within_its_bounds()
    {
        var limiter = new InFlightLimiter(concurrency: 200, minPrefetch: 32, maxPrefetch: 1024, time);
        limiter.Free.ShouldBe(232, "an idle worker");

        RunAsFastAs(limiter, 4_000).ShouldBe(200 + 600);
        RunAsFastAs(limiter, 20_000).ShouldBe(200 + 1024);
        RunAsFastAs(limiter, 10).ShouldBe(232);
    }

    [Fact]
    public void A_worker_that_was_idle_for_a_moment_goes_on_with_the_prefetch_it_had()
    {
        var limiter = new InFlightLimiter(concurrency: 200, minPrefetch: 32, maxPrefetch: 1024, time);
        RunAsFastAs(limiter, 4_000);

        time.Advance(TimeSpan.FromSeconds(30));
        limiter.Measure();
        limiter.Free.ShouldBe(800, "nothing was there to be measured");
        limiter.Add(256);
        time.Advance(TimeSpan.FromMilliseconds(10));
        limiter.Measure();
        limiter.Free.ShouldBe(800 - 256);
    }

    [Fact]
    public void What_a_worker_could_do_long_ago_says_nothing()
    {
        var limiter = new InFlightLimiter(concurrency: 200, minPrefetch: 32, maxPrefetch: 1024, time);
        RunAsFastAs(limiter, 4_000);

        time.Advance(TimeSpan.FromMinutes(10));
        limiter.Add(1);

        limiter.Free.ShouldBe(231);
    }

    [Fact]
    public void The_prefetch_rises_at_once_and_falls_within_a_moment()
    {
        var limiter = new InFlightLimiter(concurrency: 200, minPrefetch: 32, maxPrefetch: 1024, time);
        limiter.Add(1_000);
        for (var i = 0; i < 200; i++)
            limiter.Release();
        time.Advance(TimeSpan.FromMilliseconds(50));
        limiter.Measure();
        limiter.Prefetch.ShouldBe(600);

        time.Advance(TimeSpan.FromMilliseconds(50));
        limiter.Measure();
        limiter.Prefetch.ShouldBeInRange(300, 400);

        time.Advance(TimeSpan.FromMilliseconds(500));
        limiter.Measure();
        limiter.Prefetch.ShouldBe(32);
    }

    [Fact]
    public void When_calls_grow_slow_nothing_more_is_taken_until_what_is_held_fits_again()
    {
        var limiter = new InFlightLimiter(concurrency: 200, minPrefetch: 32, maxPrefetch: 1024, time);
        RunAsFastAs(limiter, 4_000);
        limiter.Add(800);
        limiter.Free.ShouldBe(0);

        time.Advance(TimeSpan.FromSeconds(1));
        limiter.Measure();

        limiter.Free.ShouldBe(232 - 800);
    }

    [Fact]
    public async Task A_release_wakes_whoever_waits_for_capacity_also_when_it_came_first()
    {
        var limiter = new InFlightLimiter(concurrency: 1, minPrefetch: 0, maxPrefetch: 0, time);
        limiter.Add(2);
        limiter.Release();
        await limiter.WaitForReleaseAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);

        var waiting = limiter.WaitForReleaseAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);
        waiting.IsCompleted.ShouldBeFalse();
        limiter.Release();
        await waiting;

        (limiter.Held, limiter.Free).ShouldBe((0, 1));
    }

    /// <summary>For a second, and what is free then.</summary>
    private int RunAsFastAs(InFlightLimiter limiter, int perSecond)
    {
        limiter.Add(perSecond);
        for (var i = 0; i < perSecond; i++)
            limiter.Release();
        time.Advance(TimeSpan.FromSeconds(1));
        limiter.Measure();
        return limiter.Free;
    }
}
