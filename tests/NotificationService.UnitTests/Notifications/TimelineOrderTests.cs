using NotificationService.Notifications;

namespace NotificationService.UnitTests.Notifications;

public sealed class TimelineOrderTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_steps_of_one_delivery_stay_in_their_sequence_whatever_their_times_say()
    {
        (string Delivery, int Sequence, int Second)[] steps = [("email", 1, 0), ("email", 2, 5), ("email", 3, 4), ("sms", 1, 3), ("sms", 2, 6)];

        var ordered = TimelineOrder.Dated(steps, step => step.Delivery, step => Start.AddSeconds(step.Second)).OrderBy(entry => entry.At).ToList();

        ordered.Select(entry => (entry.Item.Delivery, entry.Item.Sequence)).ShouldBe([("email", 1), ("sms", 1), ("email", 2), ("email", 3), ("sms", 2)]);
        ordered.Select(entry => entry.At).ShouldBe([Start, Start.AddSeconds(3), Start.AddSeconds(5), Start.AddSeconds(5), Start.AddSeconds(6)]);
    }
}
