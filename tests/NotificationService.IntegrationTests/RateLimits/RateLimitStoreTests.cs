using Microsoft.Extensions.Options;
using NotificationService.RateLimits;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.RateLimits;

/// <summary>The row that all nodes share; its clock stands still unless a test moves it.</summary>
public sealed class RateLimitStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Two_nodes_share_one_allowance()
    {
        await using var clock = await DatabaseClock.StartAsync(database);
        var store = new RateLimitStore(clock.Database);
        var options = Options.Create(new RateLimitOptions { SendPerMinute = 300 });
        var nodes = new[] { new RateLimiter(store, options, new ManualTime()), new RateLimiter(store, options, new ManualTime()) };
        var tenant = database.Ids.Next();

        var decisions = await Task.WhenAll(Enumerable.Range(0, 800).Select(async i => await nodes[i % 2].Of(RateClass.Send, tenant)!.TakeAsync(1, CancellationToken.None)));

        decisions.Count(decision => decision.IsAllowed).ShouldBeInRange(300 - (2 * 3), 300);
        var ofTest = nodes[0].Of(RateClass.Send, tenant, live: false)!;
        (await ofTest.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue("test takes nothing of live");
    }

    [Fact]
    public async Task A_lease_is_given_back_a_window_later_and_a_refusal_says_when()
    {
        await using var clock = await DatabaseClock.StartAsync(database);
        var store = new RateLimitStore(clock.Database);
        (await LeaseAsync(store, "given-back", 6)).ShouldBe(new RateLease(6, 6, TimeSpan.FromSeconds(61)));
        await clock.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await LeaseAsync(store, "given-back", 6)).ShouldBe(new RateLease(4, 10, TimeSpan.FromSeconds(61)));

        (await LeaseAsync(store, "given-back", 1)).ShouldBe(new RateLease(0, 10, TimeSpan.FromSeconds(41)));
        (await LeaseAsync(store, "given-back", 7, min: 7)).ShouldBe(new RateLease(0, 10, TimeSpan.FromSeconds(61)));
        (await LeaseAsync(store, "given-back", 11, min: 11)).ShouldBe(new RateLease(0, 10, null));
        await clock.AdvanceAsync(TimeSpan.FromSeconds(40));
        (await LeaseAsync(store, "given-back", 1)).Granted.ShouldBe(0);

        await clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await LeaseAsync(store, "given-back", 10)).ShouldBe(new RateLease(6, 10, TimeSpan.FromSeconds(61)));
        await clock.AdvanceAsync(TimeSpan.FromHours(3));
        (await LeaseAsync(store, "given-back", 10)).Granted.ShouldBe(10);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_gives_nothing_away_and_locks_nobody_out()
    {
        await using var clock = await DatabaseClock.StartAsync(database);
        var store = new RateLimitStore(clock.Database);
        await LeaseAsync(store, "clock", 10);

        await clock.AdvanceAsync(TimeSpan.FromSeconds(-2));
        (await LeaseAsync(store, "clock", 1)).Granted.ShouldBe(0);
        await clock.AdvanceAsync(TimeSpan.FromHours(-1));
        (await LeaseAsync(store, "clock", 1)).Granted.ShouldBe(1);
    }

    [Fact]
    public async Task Who_is_first_on_several_nodes_at_once_is_counted_on_each()
    {
        var store = new RateLimitStore(database.Database);

        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LeaseAsync(store, "first", 1)));

        leases.Sum(lease => lease.Granted).ShouldBe(10);
    }

    [Fact]
    public async Task Idle_subjects_are_forgotten()
    {
        var store = new RateLimitStore(database.Database);
        await LeaseAsync(store, "idle", 1);
        await database.ExecuteAsync("update rate_limits set second = second - 90 * 60 where subject = 'idle'");

        await store.PurgeAsync(CancellationToken.None);

        (await database.ScalarAsync<long>("select count(*) from rate_limits where subject = 'idle'")).ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 600)]
    [InlineData(3, 5_000)]
    public async Task In_any_sixty_seconds_two_nodes_admit_the_limit_and_what_they_held_at_most(int seed, int limit)
    {
        var (random, time) = (new Random(seed), new ManualTime());
        await using var clock = await DatabaseClock.StartAsync(database);
        var store = new RateLimitStore(clock.Database);
        var underWay = new List<Task>();
        var nodes = new[] { Node(), Node() };
        var admitted = new List<(TimeSpan At, int Count)>();
        var (now, refused) = (TimeSpan.Zero, 0);
        for (var step = 0; step < 300; step++)
        {
            var by = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(1, 10_000) : random.Next(1, 400));
            time.Advance(by);
            await clock.AdvanceAsync(by);
            now += by;
            var (node, burst, size) = (nodes[random.Next(2)], random.Next(1, limit / 2), random.Next(4) == 0 ? random.Next(2, 9) : 1);
            for (var i = 0; i < burst; i += size)
            {
                if ((await node.TakeAsync(size, CancellationToken.None)).IsAllowed)
                    admitted.Add((now, size));
                else
                    refused++;
            }

            // What is leased in advance comes before the clocks go on.
            await Task.WhenAll(underWay);
            underWay.Clear();
        }

        var (chunk, first, sum, max) = (Math.Max(1, limit / LeasedAllowance.Chunks), 0, 0, 0);
        for (var last = 0; last < admitted.Count; last++)
        {
            sum += admitted[last].Count;
            while (admitted[first].At <= admitted[last].At - TimeSpan.FromSeconds(60))
                sum -= admitted[first++].Count;
            max = Math.Max(max, sum);
        }

        // Of many at once a node may hold what it leased for them, too.
        max.ShouldBeLessThanOrEqualTo(limit + (2 * (chunk + (chunk / 4) + 8)));
        refused.ShouldBeGreaterThan(0);
        max.ShouldBeGreaterThanOrEqualTo(limit - (2 * (chunk + 8)), "the limit can be used");

        LeasedAllowance Node() => new(
            $"property:{seed}", RateClass.Send, limit,
            (request, cancellationToken) =>
            {
                var lease = store.LeaseAsync(request, cancellationToken);
                underWay.Add(lease);
                return lease;
            },
            time);
    }

    private static Task<RateLease> LeaseAsync(RateLimitStore store, string subject, long amount, long min = 1) =>
        store.LeaseAsync(new RateLeaseRequest(subject, amount, min, Limit: 10), CancellationToken.None);
}
