using NotificationService.Queueing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class DueWatermarksTests
{
    private static readonly DateTimeOffset Old = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Young = Old.AddHours(1);

    private readonly ManualTime time = new(Young);

    [Fact]
    public void After_a_look_through_everything_claims_begin_at_the_oldest_that_it_came_by_for_a_second()
    {
        var watermarks = new DueWatermarks(2, time);
        watermarks.Begin().ShouldBe([DueWatermarks.Everything, DueWatermarks.Everything]);
        watermarks.Learn([Whole(Old), Whole(Young)]);

        watermarks.Begin().ShouldBe([Old, Young]);
        time.Advance(TimeSpan.FromMilliseconds(999));
        watermarks.Begin().ShouldBe([Old, Young]);
        time.Advance(TimeSpan.FromMilliseconds(1));
        watermarks.Begin().ShouldBe([DueWatermarks.Everything, DueWatermarks.Everything]);
    }

    [Fact]
    public void What_claims_between_come_by_changes_nothing()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();
        watermarks.Learn([Whole(Old)]);

        watermarks.Begin();
        watermarks.Learn([Whole(Young)]);

        watermarks.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_walk_of_many_claims_is_one_look_and_its_oldest_counts()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();
        watermarks.Learn([new DueWalk(FromStart: true, ToEnd: false, Young)]);
        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
        watermarks.Learn([new DueWalk(FromStart: false, ToEnd: false, Old)]);
        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
        watermarks.Learn([new DueWalk(FromStart: false, ToEnd: true, Young)]);

        watermarks.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_walk_that_is_in_the_middle_when_the_look_begins_does_not_count()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();
        watermarks.Learn([new DueWalk(FromStart: false, ToEnd: true, Young)]);

        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
        watermarks.Learn([Whole(Old)]);

        watermarks.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_claim_that_failed_taught_nothing()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();

        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
    }

    [Fact]
    public void However_long_a_look_took_the_next_comes_within_half_a_minute()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();
        time.Advance(TimeSpan.FromMinutes(5)); // the machine stood still
        watermarks.Learn([Whole(Old)]);

        time.Advance(TimeSpan.FromMilliseconds(29_999));
        watermarks.Begin().ShouldBe([Old]);
        time.Advance(TimeSpan.FromMilliseconds(1));
        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
    }

    [Fact]
    public void A_look_that_takes_long_comes_so_seldom_that_it_takes_a_twentieth_of_the_time()
    {
        var watermarks = new DueWatermarks(1, time);
        watermarks.Begin();
        time.Advance(TimeSpan.FromMilliseconds(700));
        watermarks.Learn([Whole(Old)]);

        time.Advance(TimeSpan.FromSeconds(13.9));
        watermarks.Begin().ShouldBe([Old]);
        time.Advance(TimeSpan.FromSeconds(0.1));
        watermarks.Begin().ShouldBe([DueWatermarks.Everything]);
    }

    private static DueWalk Whole(DateTimeOffset oldest) => new(FromStart: true, ToEnd: true, oldest);
}
