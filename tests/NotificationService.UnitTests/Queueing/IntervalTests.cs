using NotificationService.Queueing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class IntervalTests
{
    [Fact]
    public void It_has_passed_at_first_and_then_each_time_that_it_has()
    {
        var time = new ManualTime();
        var interval = new Interval(TimeSpan.FromSeconds(5), time);

        interval.TryRestart().ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(4.9));
        interval.TryRestart().ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.1));
        interval.TryRestart().ShouldBeTrue();
        interval.TryRestart().ShouldBeFalse("it begins again when somebody asked, however late that was");
        time.Advance(TimeSpan.FromSeconds(60));
        interval.TryRestart().ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(4.9));
        interval.TryRestart().ShouldBeFalse();
    }
}
