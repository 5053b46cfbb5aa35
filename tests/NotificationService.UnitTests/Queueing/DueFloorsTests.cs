using NotificationService.Queueing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class DueFloorsTests
{
    private static readonly DateTimeOffset Old = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Young = Old.AddHours(1);

    private readonly ManualTime time = new(Young);

    [Fact]
    public void After_a_look_through_everything_claims_begin_at_the_oldest_that_it_came_by_for_a_second()
    {
        var floors = new DueFloors(2, time);
        floors.Begin().ShouldBe([DueFloors.Everything, DueFloors.Everything]);
        floors.Learn([Whole(Old), Whole(Young)]);

        floors.Begin().ShouldBe([Old, Young]);
        time.Advance(TimeSpan.FromMilliseconds(999));
        floors.Begin().ShouldBe([Old, Young]);
        time.Advance(TimeSpan.FromMilliseconds(1));
        floors.Begin().ShouldBe([DueFloors.Everything, DueFloors.Everything]);
    }

    [Fact]
    public void What_claims_between_come_by_changes_nothing()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();
        floors.Learn([Whole(Old)]);

        floors.Begin();
        floors.Learn([Whole(Young)]);

        floors.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_walk_of_many_claims_is_one_look_and_its_oldest_counts()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();
        floors.Learn([new DueWalk(FromStart: true, ToEnd: false, Young)]);
        floors.Begin().ShouldBe([DueFloors.Everything]);
        floors.Learn([new DueWalk(FromStart: false, ToEnd: false, Old)]);
        floors.Begin().ShouldBe([DueFloors.Everything]);
        floors.Learn([new DueWalk(FromStart: false, ToEnd: true, Young)]);

        floors.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_walk_that_is_in_the_middle_when_the_look_begins_does_not_count()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();
        floors.Learn([new DueWalk(FromStart: false, ToEnd: true, Young)]);

        floors.Begin().ShouldBe([DueFloors.Everything]);
        floors.Learn([Whole(Old)]);

        floors.Begin().ShouldBe([Old]);
    }

    [Fact]
    public void A_claim_that_failed_taught_nothing()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();

        floors.Begin().ShouldBe([DueFloors.Everything]);
    }

    [Fact]
    public void However_long_a_look_took_the_next_comes_within_half_a_minute()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();
        time.Advance(TimeSpan.FromMinutes(5)); // the machine stood still
        floors.Learn([Whole(Old)]);

        time.Advance(TimeSpan.FromMilliseconds(29_999));
        floors.Begin().ShouldBe([Old]);
        time.Advance(TimeSpan.FromMilliseconds(1));
        floors.Begin().ShouldBe([DueFloors.Everything]);
    }

    [Fact]
    public void A_look_that_takes_long_comes_so_seldom_that_it_takes_a_twentieth_of_the_time()
    {
        var floors = new DueFloors(1, time);
        floors.Begin();
        time.Advance(TimeSpan.FromMilliseconds(700));
        floors.Learn([Whole(Old)]);

        time.Advance(TimeSpan.FromSeconds(13.9));
        floors.Begin().ShouldBe([Old]);
        time.Advance(TimeSpan.FromSeconds(0.1));
        floors.Begin().ShouldBe([DueFloors.Everything]);
    }

    private static DueWalk Whole(DateTimeOffset oldest) => new(FromStart: true, ToEnd: true, oldest);
}
