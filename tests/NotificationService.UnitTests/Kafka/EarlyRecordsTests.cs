using Confluent.Kafka;
using NotificationService.Kafka.Intake;

namespace NotificationService.UnitTests.Kafka;

public sealed class EarlyRecordsTests
{
    [Fact]
    public void They_come_in_the_order_in_which_they_were_read()
    {
        var early = new EarlyRecords(500, 1_000);
        for (var i = 0; i < 5; i++)
            early.Add(Of("orders", i % 2, i));

        Taken(early).ShouldBe([0, 1, 2, 3, 4]);
        early.TryTake(out _).ShouldBeFalse();
    }

    [Fact]
    public void So_many_of_them_are_enough_or_so_many_bytes()
    {
        var (few, small) = (new EarlyRecords(3, 1_000_000), new EarlyRecords(500, 250));
        for (var i = 0; i < 3; i++)
        {
            (few.IsFull, small.IsFull).ShouldBe((false, false));
            few.Add(Of("orders", 0, i));
            small.Add(Of("orders", 0, i));
        }

        (few.IsFull, small.IsFull).ShouldBe((true, true));
        small.TryTake(out _).ShouldBeTrue();
        small.IsFull.ShouldBeFalse();
    }

    [Fact]
    public void Those_of_a_partition_that_waits_or_is_gone_are_dropped_and_the_others_stay_in_their_order()
    {
        var early = new EarlyRecords(6, 1_000_000);
        for (var i = 0; i < 6; i++)
            early.Add(Of("orders", i % 3, i));

        early.Drop(partition => partition == new TopicPartition("orders", 1));

        (early.Count, early.IsFull).ShouldBe((4, false));
        Taken(early).ShouldBe([0, 2, 3, 5]);
    }

    private static InputRecord Of(string topic, int partition, long offset) => new(topic, partition, offset, null, new byte[100], null, Timestamp.Default);

    private static List<long> Taken(EarlyRecords early)
    {
        var taken = new List<long>();
        while (early.TryTake(out var record))
            taken.Add(record.Offset);
        return taken;
    }
}
