using NotificationService.Queueing;

namespace NotificationService.UnitTests.Queueing;

public sealed class PollIntervalTests
{
    [Fact]
    public void It_doubles_while_there_is_nothing_up_to_its_bound_and_begins_again_after_something()
    {
        var poll = new PollInterval(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));

        Next(4).ShouldBe([100, 200, 400, 500]);
        Next(2).ShouldBe([500, 500]);
        poll.Reset();
        Next(2).ShouldBe([100, 200]);

        double[] Next(int times) => [.. Enumerable.Range(0, times).Select(_ => poll.Next().TotalMilliseconds)];
    }

    [Fact]
    public void It_never_waits_longer_than_its_bound_also_where_that_is_the_shortest()
    {
        var poll = new PollInterval(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

        (poll.Next(), poll.Next()).ShouldBe((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
    }
}
