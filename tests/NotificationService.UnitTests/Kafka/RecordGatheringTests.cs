using Confluent.Kafka;
using NotificationService.Kafka.Intake;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Kafka;

public sealed class RecordGatheringTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_first_record_waits_for_others_only_once_however_many_keep_coming()
    {
        var began = time.GetTimestamp();

        var records = new RecordGathering(time, 500, 8 << 20).Gather(TimeSpan.FromMilliseconds(250), Every(TimeSpan.FromMilliseconds(9)));

        records.Count.ShouldBe(3);
        time.GetElapsedTime(began).ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(9 + 20));
    }

    [Fact]
    public void What_is_here_already_is_taken_together_up_to_as_many_as_may_be()
    {
        new RecordGathering(time, 500, 8 << 20).Gather(TimeSpan.FromMilliseconds(250), Every(TimeSpan.Zero)).Count.ShouldBe(500);
        new RecordGathering(time, 500, 1_000).Gather(TimeSpan.FromMilliseconds(250), Every(TimeSpan.Zero)).Count.ShouldBe(10);
        new RecordGathering(time, 500, 1_000).Gather(TimeSpan.FromMilliseconds(250), Every(TimeSpan.FromSeconds(1))).ShouldBeEmpty();
    }

    /// <summary>Somebody who writes at a steady pace.</summary>
    private Func<TimeSpan, InputRecord?> Every(TimeSpan pace) => wait =>
    {
        time.Advance(wait < pace ? wait : pace);
        return wait < pace ? null : new InputRecord("orders", 0, 0, null, new byte[100], null, Timestamp.Default);
    };
}
