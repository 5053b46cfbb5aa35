using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries;

namespace NotificationService.UnitTests.Deliveries;

public sealed class RetryScheduleTests
{
    private static readonly Arbitrary<(ChannelKind Channel, int Attempts, int Seconds, double Jitter)> Asked = (
        from channel in Gen.Elements(ChannelKinds.All.ToArray())
        from attempts in Gen.Choose(1, 12)
        from seconds in Gen.Choose(-10, 100_000)
        from jitter in Gen.Choose(0, 999)
        select (channel, attempts, seconds, jitter / 1000d)).ToArbitrary();

    [Fact]
    public void There_is_a_next_time_exactly_until_the_last_attempt() => Prop.ForAll(Asked, asked =>
        RetrySchedule.Next(asked.Channel, asked.Attempts, null, asked.Jitter).HasValue == asked.Attempts < RetrySchedule.MaxAttempts(asked.Channel)).QuickCheckThrowOnFailure();

    [Fact]
    public void Retry_After_lengthens_a_wait_up_to_an_hour_and_never_shortens_it() => Prop.ForAll(Asked, asked =>
    {
        var plain = RetrySchedule.Next(asked.Channel, asked.Attempts, null, asked.Jitter);
        var longer = RetrySchedule.Next(asked.Channel, asked.Attempts, TimeSpan.FromSeconds(asked.Seconds), asked.Jitter);
        return plain is null
            ? longer is null
            : longer >= plain && longer >= Min(TimeSpan.FromSeconds(asked.Seconds), RetrySchedule.LongestRetryAfter);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Waits_differ_by_a_fifth_so_that_a_crowd_does_not_come_back_together()
    {
        RetrySchedule.Next(ChannelKind.Email, 2, null, 0).ShouldBe(TimeSpan.FromSeconds(24));
        RetrySchedule.Next(ChannelKind.Email, 2, null, 0.5).ShouldBe(TimeSpan.FromSeconds(30));
        RetrySchedule.Next(ChannelKind.Email, 2, null, 0.999).GetValueOrDefault().TotalSeconds.ShouldBeInRange(35.9, 36);
    }

    [Fact]
    public void No_step_is_longer_than_a_new_provider_looks_ahead() => Prop.ForAll(Asked, asked =>
        (RetrySchedule.Next(asked.Channel, asked.Attempts, null, asked.Jitter) ?? TimeSpan.Zero) < SuspensionStore.UnservedWithin).QuickCheckThrowOnFailure();

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
