using System.Net;
using NotificationService.Host.Auth;

namespace NotificationService.UnitTests.Auth;

/// <summary>Who gets the few permits for hashing.</summary>
public sealed class FairPermitsTests
{
    [Fact]
    public async Task Who_comes_from_elsewhere_waits_for_one_and_not_for_all_that_came_before()
    {
        var permits = new FairPermits(permits: 1, maxOfAccount: 100, maxOfNetwork: 100, max: 1_000);
        (await permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None)).ShouldBeTrue();
        Task<bool>[] greedy = [.. Enumerable.Range(0, 50).Select(_ => permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None))];
        var modest = permits.TryEnterAsync(Source("10.0.0.2", "b"), CancellationToken.None);

        permits.Release();
        (await greedy[0]).ShouldBeTrue();
        permits.Release();

        (await modest).ShouldBeTrue();
        greedy.Count(waiting => waiting.IsCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_waits_in_vain_while_others_keep_coming()
    {
        var permits = new FairPermits(permits: 1, maxOfAccount: 100, maxOfNetwork: 100, max: 1_000);
        (await permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None)).ShouldBeTrue();
        Task<bool>[] patient = [.. Enumerable.Range(0, 5).Select(_ => permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None))];
        List<Task<bool>> newcomers = [];
        for (var i = 0; i < 100 && !patient[^1].IsCompleted; i++)
        {
            newcomers.Add(permits.TryEnterAsync(Source($"10.1.0.{i}", "b"), CancellationToken.None));
            permits.Release();
        }

        (await patient[^1]).ShouldBeTrue();
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_at_once()
    {
        var permits = new FairPermits(permits: 1, maxOfAccount: 2, maxOfNetwork: 3, max: 4);
        (await permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None)).ShouldBeTrue();
        Task<bool>[] asked =
        [
            Enter("10.0.0.1", "a"), Enter("10.0.0.1", "a"), Enter("10.0.0.1", "a"), // the third of an account
            Enter("10.0.0.1", "b"), Enter("10.0.0.1", "c"), // the fourth of a network
            Enter("10.0.0.2", "a"), Enter("10.0.0.3", "a"), // the fifth of all
        ];

        asked.Select(ask => ask.IsCompleted).ShouldBe([false, false, true, false, true, false, true]);
        permits.Waiting.ShouldBe(4);
        for (var i = 0; i < 5; i++)
            permits.Release();
        (await Task.WhenAll(asked)).ShouldBe([true, true, false, true, false, true, false]);
        permits.Waiting.ShouldBe(0);

        Task<bool> Enter(string address, string account) => permits.TryEnterAsync(Source(address, account), CancellationToken.None);
    }

    [Fact]
    public async Task Whoever_goes_away_gives_its_place_to_the_next()
    {
        var permits = new FairPermits(permits: 1, maxOfAccount: 9, maxOfNetwork: 9, max: 9);
        (await permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None)).ShouldBeTrue();
        using var gone = new CancellationTokenSource();
        var leaving = permits.TryEnterAsync(Source("10.0.0.1", "a"), gone.Token);
        var staying = permits.TryEnterAsync(Source("10.0.0.1", "a"), CancellationToken.None);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaving);

        permits.Release();

        (await staying).ShouldBeTrue();
        permits.Waiting.ShouldBe(0);
    }

    private static SignInSource Source(string address, string account) => SignInSource.OfClient(IPAddress.Parse(address), account);
}
