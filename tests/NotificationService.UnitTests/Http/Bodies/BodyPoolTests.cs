using NotificationService.Host.Http.Bodies;
using NotificationService.Settings;

namespace NotificationService.UnitTests.Http.Bodies;

/// <summary>How the bytes of bodies in flight are shared.</summary>
public sealed class BodyPoolTests
{
    private const long Capacity = 1_000_000;

    [Fact]
    public void An_owner_alone_gets_half_and_learns_that_it_is_its_own_doing()
    {
        var pool = new BodyPool(Capacity);
        var owner = Guid.NewGuid();

        pool.Take(owner, Capacity / 2).ShouldBe(BodyGrant.Granted);

        pool.Take(owner, 1).ShouldBe(BodyGrant.OwnerIsFull);
        pool.Held.ShouldBe(Capacity / 2);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(99)]
    public void Whoever_comes_next_finds_as_much_free_as_each_of_the_others_holds(int greedy)
    {
        var pool = new BodyPool(Capacity);
        Guid[] owners = [.. Enumerable.Range(0, greedy).Select(_ => Guid.NewGuid())];
        for (var granted = greedy; granted > 0;)
            granted = owners.Count(owner => pool.Take(owner, 100) == BodyGrant.Granted);

        var newcomer = Guid.NewGuid();

        // One owner of n + 1 in the end: half of what is free is there at once, and its own part when the others finish.
        pool.Take(newcomer, Capacity / (greedy + 1) / 2 - 200).ShouldBe(BodyGrant.Granted);
        pool.Held.ShouldBeLessThanOrEqualTo(Capacity);
        pool.Take(owners[0], Capacity / 10).ShouldBe(BodyGrant.PoolIsFull);
    }

    [Fact]
    public void Nothing_is_known_of_owners_that_hold_nothing()
    {
        var pool = new BodyPool(Capacity);
        for (var i = 0; i < 1_000; i++)
        {
            var owner = Guid.NewGuid();
            pool.Take(owner, 100).ShouldBe(BodyGrant.Granted);
            pool.Take(owner, Capacity).ShouldBe(BodyGrant.OwnerIsFull);
            pool.Return(owner, 100);
            pool.Take(Guid.NewGuid(), Capacity).ShouldBe(BodyGrant.OwnerIsFull);
        }

        (pool.Owners, pool.Held).ShouldBe((0, 0L));
    }

    [Fact]
    public void The_budget_follows_the_memory_and_holds_the_largest_call()
    {
        new BodyOptions().Bytes.ShouldBeInRange(96L << 20, 256L << 20);
        new BodyOptions { MaxBodyBytes = 1L << 30 }.Bytes.ShouldBe(1L << 30);
        SettingBounds.Errors(BodyOptions.Section, new BodyOptions { MaxBodyBytes = 1 }).ShouldHaveSingleItem().ShouldStartWith("Notification__Http__MaxBodyBytes must be");
        // Two thirds for those who are signed in, of which one alone gets half.
        ((96L << 20) / 6 * 4 / 2).ShouldBeGreaterThanOrEqualTo(BodyPolicy.MaxBatchBytes);
    }
}
