using NotificationService.Queueing;

namespace NotificationService.UnitTests.Queueing;

public sealed class HalvingTests
{
    private readonly List<int> done = [];
    private readonly List<int> alone = [];
    private int attempts;

    [Fact]
    public async Task What_is_not_refused_is_done_together_at_once()
    {
        await RunAsync(1_000, _ => false);

        (attempts, done.Count).ShouldBe((1, 1_000));
    }

    [Fact]
    public async Task One_bad_item_among_a_thousand_stands_alone_after_some_twenty_attempts_and_the_others_are_done_in_order()
    {
        await RunAsync(1_000, item => item == 613);

        alone.ShouldBe([613]);
        done.ShouldBe(Enumerable.Range(0, 1_000).Where(item => item != 613));
        attempts.ShouldBeLessThanOrEqualTo(21);
    }

    [Fact]
    public async Task Where_all_are_bad_each_stands_alone_in_order()
    {
        await RunAsync(9, _ => true);

        done.ShouldBeEmpty();
        alone.ShouldBe(Enumerable.Range(0, 9));
    }

    [Fact]
    public async Task Nothing_is_attempted_for_nothing_nor_after_it_was_cancelled()
    {
        await RunAsync(0, _ => true);
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(3, _ => true, new CancellationToken(canceled: true)));

        attempts.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_thrown_ends_it()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => RunAsync(4, _ => throw new InvalidOperationException("planted")));

        (attempts, done.Count).ShouldBe((1, 0));
    }

    private Task RunAsync(int count, Func<int, bool> isBad, CancellationToken cancellationToken = default) => Halving.RunAsync(
        Enumerable.Range(0, count).ToArray(),
        items =>
        {
            attempts++;
            if (items.Any(isBad))
            {
                if (items.Count == 1)
                    alone.Add(items[0]);
                return Task.FromResult(false);
            }

            done.AddRange(items);
            return Task.FromResult(true);
        },
        cancellationToken);
}
