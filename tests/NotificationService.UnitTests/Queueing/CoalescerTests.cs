using NotificationService.Queueing;

namespace NotificationService.UnitTests.Queueing;

public sealed class CoalescerTests
{
    private static readonly CoalescerOptions Options = new(Writers: 1, Capacity: 1_000, MaxBatch: 100, Linger: TimeSpan.Zero);

    [Fact]
    public async Task Whoever_waits_while_a_flush_runs_shares_the_next_one()
    {
        var limiter = new TaskCompletionSource();
        var batches = new List<int>();
        await using var coalescer = new Coalescer<int, int>(Options, TimeProvider.System, async (items, _) =>
        {
            batches.Add(items.Count);
            if (batches.Count == 1)
                await limiter.Task;
            return [.. items.Select(item => item * 10)];
        });

        var first = coalescer.AddAsync(1, CancellationToken.None);
        await Testing.Eventually.TrueAsync(() => batches.Count == 1, TimeSpan.FromSeconds(90));
        var rest = Enumerable.Range(2, 49).Select(item => coalescer.AddAsync(item, CancellationToken.None)).ToArray();
        limiter.SetResult();

        (await first).ShouldBe(10);
        (await Task.WhenAll(rest)).ShouldBe(Enumerable.Range(2, 49).Select(item => item * 10));
        batches.ShouldBe([1, 49]);
    }

    [Fact]
    public async Task A_flush_that_fails_fails_those_in_it_and_nobody_else()
    {
        await using var coalescer = new Coalescer<int, int>(Options with { MaxBatch = 1 }, TimeProvider.System, (items, _) =>
            items[0] == 2 ? throw new InvalidOperationException("two") : Task.FromResult<IReadOnlyList<int>>(items));

        var responses = Enumerable.Range(1, 3).Select(item => coalescer.AddAsync(item, CancellationToken.None)).ToArray();

        (await responses[0]).ShouldBe(1);
        (await Should.ThrowAsync<InvalidOperationException>(() => responses[1])).Message.ShouldBe("two");
        (await responses[2]).ShouldBe(3);
    }

    [Fact]
    public async Task A_flush_ends_where_its_weight_is_reached_and_what_is_heavy_goes_alone()
    {
        var limiter = new TaskCompletionSource();
        var batches = new List<int[]>();
        await using var coalescer = new Coalescer<int, int>(Options with { MaxWeight = 10 }, TimeProvider.System, async (items, _) =>
        {
            batches.Add([.. items]);
            if (batches.Count == 1)
                await limiter.Task;
            return items;
        }, item => item);

        var first = coalescer.AddAsync(1, CancellationToken.None);
        await Testing.Eventually.TrueAsync(() => batches.Count == 1, TimeSpan.FromSeconds(90));
        var rest = new[] { 4, 5, 2, 50, 9, 1 }.Select(item => coalescer.AddAsync(item, CancellationToken.None)).ToArray();
        limiter.SetResult();

        (await Task.WhenAll(rest)).ShouldBe([4, 5, 2, 50, 9, 1]);
        await first;
        batches.ShouldBe([[1], [4, 5], [2], [50], [9, 1]]);
    }

    [Fact]
    public async Task When_too_many_wait_the_next_is_turned_away_at_once()
    {
        var limiter = new TaskCompletionSource();
        await using var coalescer = new Coalescer<int, int>(Options with { Capacity = 3, MaxBatch = 1 }, TimeProvider.System, async (items, _) =>
        {
            await limiter.Task;
            return items;
        });

        var taken = 0;
        while (taken < 100 && coalescer.TryAdd(taken, out _))
            taken++;

        taken.ShouldBeInRange(3, 4);
        limiter.SetResult();
    }

    [Fact]
    public async Task What_waits_is_flushed_before_it_ends()
    {
        var flushed = 0;
        var coalescer = new Coalescer<int, int>(Options, TimeProvider.System, (items, _) =>
        {
            flushed += items.Count;
            return Task.FromResult(items);
        });
        var responses = Enumerable.Range(0, 500).Select(item => coalescer.AddAsync(item, CancellationToken.None)).ToArray();

        await coalescer.DisposeAsync();

        flushed.ShouldBe(500);
        (await Task.WhenAll(responses)).ShouldBe(Enumerable.Range(0, 500));
    }

    [Fact]
    public async Task What_is_posted_shares_the_flushes_and_ends_once_also_when_the_flush_fails()
    {
        var ended = new List<string>();
        var coalescer = new Coalescer<int, int>(Options with { MaxBatch = 2 }, TimeProvider.System, (items, _) =>
            items.Contains(3) ? throw new InvalidOperationException("three") : Task.FromResult<IReadOnlyList<int>>([.. items.Select(item => item * 10)]))
        { Posted = (item, result, failure) => ended.Add($"{item} {failure?.Message ?? result.ToString()}") };

        coalescer.TryPost(1).ShouldBeTrue();
        await Testing.Eventually.TrueAsync(() => ended.Count == 1, TimeSpan.FromSeconds(90));
        coalescer.TryPost(3).ShouldBeTrue();
        await Testing.Eventually.TrueAsync(() => ended.Count == 2, TimeSpan.FromSeconds(90));
        (await coalescer.AddAsync(4, CancellationToken.None)).ShouldBe(40);
        await coalescer.DisposeAsync();

        ended.ShouldBe(["1 10", "3 three"]);
        coalescer.TryPost(5).ShouldBeFalse();
    }
}
