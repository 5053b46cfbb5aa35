using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Channels;

/// <summary>Whoever guesses ids of providers keeps nobody waiting and makes nobody forgotten.</summary>
public sealed class ReceiptProvidersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_known_provider_is_answered_from_memory_after_more_guesses_than_are_remembered()
    {
        var (node, known) = await KnownAsync();
        await using var providers = new ReceiptProviders(database.Database, node.Store, time);
        (await providers.FindAsync(known, CancellationToken.None)).ShouldBeOfType<FoundProvider.Known>();

        await Parallel.ForAsync(0, 21_000, new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (_, token) =>
            (await providers.FindAsync(Guid.CreateVersion7(), token)).ShouldBeOfType<FoundProvider.None>());

        // A load that began before all were dropped may still come: one for each that is under way.
        providers.Absent.ShouldBeInRange(1, ReceiptProviders.MaxAbsent + 200);
        providers.FindAsync(known, CancellationToken.None).AsTask().IsCompletedSuccessfully.ShouldBeTrue("it is not asked for again");
    }

    [Fact]
    public async Task Neither_a_known_nor_a_new_provider_waits_behind_thousands_of_guesses()
    {
        var (node, known) = await KnownAsync();
        var (other, fresh) = await KnownAsync();
        await using var providers = new ReceiptProviders(database.Database, node.Store, time);
        await providers.FindAsync(known, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(10));

        var guesses = Enumerable.Range(0, 1_900).Select(_ => providers.FindAsync(Guid.CreateVersion7(), CancellationToken.None).AsTask()).ToList();
        var began = Stopwatch.GetTimestamp();
        (await providers.FindAsync(known, CancellationToken.None)).ShouldBeOfType<FoundProvider.Known>();
        var tookKnown = Stopwatch.GetElapsedTime(began);
        (await providers.FindAsync(fresh, CancellationToken.None)).ShouldBeOfType<FoundProvider.Known>();
        var tookFresh = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll(guesses);

        guesses.ShouldAllBe(guess => guess.Result is FoundProvider.None);
        tookKnown.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        tookFresh.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Of_too_many_guesses_at_once_some_are_asked_to_come_again()
    {
        var (node, known) = await KnownAsync();
        await using var providers = new ReceiptProviders(database.Database, node.Store, time);
        await providers.FindAsync(known, CancellationToken.None);

        var guesses = await Task.WhenAll(Enumerable.Range(0, 50_000).Select(_ => providers.FindAsync(Guid.CreateVersion7(), CancellationToken.None).AsTask()));

        guesses.ShouldAllBe(guess => guess is FoundProvider.None || guess is FoundProvider.Busy);
        guesses.OfType<FoundProvider.Busy>().ShouldNotBeEmpty();
        (await providers.FindAsync(known, CancellationToken.None)).ShouldBeOfType<FoundProvider.Known>();
    }

    private async Task<(ChannelsNode Node, Guid Provider)> KnownAsync()
    {
        var node = new ChannelsNode(database, TimeProvider.System);
        return (node, (await node.CreateAsync(await database.NewTenantAsync(), ChannelsNode.Sandbox())).Id);
    }
}
