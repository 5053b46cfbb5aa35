using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.UnitTests.Deliveries;

/// <summary>What rendered messages take in a worker is bounded by their size, and each gives back what it took.</summary>
public sealed class MessageMemoryTests
{
    private const int Capacity = 1024 * 1024;

    [Fact]
    public void Large_messages_share_a_budget_and_small_ones_do_not_need_it()
    {
        var memory = new MessageMemory(Capacity);

        memory.TryHold(Delivery(1), Mail(400_000)).ShouldBeTrue();
        memory.TryHold(Delivery(2), Mail(400_000)).ShouldBeFalse();
        memory.TryHold(Delivery(3), Mail(10_000)).ShouldBeTrue();
        memory.Used.ShouldBe(800_000);

        memory.Release(Delivery(2));
        memory.Release(Delivery(1));
        memory.Release(Delivery(1));
        memory.Used.ShouldBe(0);
        memory.TryHold(Delivery(2), Mail(400_000)).ShouldBeTrue();
    }

    [Fact]
    public void The_largest_message_has_capacity_when_nothing_else_is_held() =>
        new MessageMemory(Capacity).TryHold(Delivery(1), Mail(2 * Capacity)).ShouldBeTrue();

    [Fact]
    public void A_delivery_that_is_held_twice_gives_back_both()
    {
        var memory = new MessageMemory(Capacity);
        memory.TryHold(Delivery(1), Mail(100_000)).ShouldBeTrue();
        memory.TryHold(Delivery(1), Mail(100_000)).ShouldBeTrue();

        memory.Release(Delivery(1));

        memory.Used.ShouldBe(0);
    }

    private static DeliveryId Delivery(int number) => new(new Guid($"0199d2f5-0000-7000-8000-{number:D11}0"));

    private static ChannelMessage.Email Mail(int characters) => new(new EmailAddress("ann@example.com"), "", new string('x', characters), null);
}
