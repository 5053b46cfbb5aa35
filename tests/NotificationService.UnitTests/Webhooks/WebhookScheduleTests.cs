using NotificationService.Webhooks;

namespace NotificationService.UnitTests.Webhooks;

public sealed class WebhookScheduleTests
{
    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];

    [Fact]
    public void The_steps_are_the_ones_that_were_promised_give_or_take_a_fifth_and_then_it_is_over()
    {
        for (var attempts = 1; attempts <= Steps.Length; attempts++)
        {
            WebhookSchedule.Next(attempts, retryAfter: null, jitter: 0).ShouldBe(Steps[attempts - 1] * 0.8);
            WebhookSchedule.Next(attempts, retryAfter: null, jitter: 0.5).ShouldBe(Steps[attempts - 1]);
            WebhookSchedule.Next(attempts, retryAfter: null, jitter: 0.999).ShouldNotBeNull().ShouldBeInRange(Steps[attempts - 1], Steps[attempts - 1] * 1.2);
        }

        WebhookSchedule.Next(WebhookSchedule.MaxAttempts, retryAfter: null, jitter: 0.5).ShouldBeNull();
        WebhookSchedule.Next(WebhookSchedule.MaxAttempts, TimeSpan.FromSeconds(1), jitter: 0.5).ShouldBeNull();
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 7)]
    [InlineData(10, 10)]
    [InlineData(3600, 10)]
    public void What_the_receiver_asks_for_holds_from_the_step_up_to_twice_the_step(int asked, int seconds) =>
        WebhookSchedule.Next(1, TimeSpan.FromSeconds(asked), jitter: 0.5).ShouldBe(TimeSpan.FromSeconds(seconds));
}
