using System.Net;
using NotificationService.Outbound;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Outbound;

public sealed class NameLookupsTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    /// <summary>Somebody's name server does not answer, and somebody has many such names.</summary>
    [Fact]
    public async Task Names_that_are_never_found_take_a_bounded_number_of_threads_and_their_callers_wait_no_longer_than_they_want_to()
    {
        const int Most = 4;
        using var places = new SemaphoreSlim(Most, Most);
        using var answers = new ManualResetEventSlim();
        var (underWay, highest) = (0, 0);
        var lookups = new NameLookups(places, _ =>
        {
            var now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref highest, now);
            answers.Wait();
            Interlocked.Decrement(ref underWay);
            return [IPAddress.Loopback];
        });
        using var patience = new CancellationTokenSource();

        Task<IPAddress[]>[] calls = [.. Enumerable.Range(0, 50).Select(i => lookups.FindAsync($"{i}.example.com", patience.Token))];
        await Eventually.TrueAsync(() => Volatile.Read(ref underWay) >= Most, Ample);
        await patience.CancelAsync();
        foreach (var call in calls)
            await Should.ThrowAsync<OperationCanceledException>(() => call);

        // Those who waited are gone, the threads are not: they still have their places.
        var late = lookups.FindAsync("late.example.com", CancellationToken.None);
        late.IsCompleted.ShouldBeFalse();
        answers.Set();
        (await late.WaitAsync(Ample)).ShouldBe([IPAddress.Loopback]);
        Volatile.Read(ref highest).ShouldBe(Most);
        await Eventually.TrueAsync(() => places.CurrentCount == Most, Ample);
    }

    [Fact]
    public async Task A_name_that_nobody_has_gives_its_place_back()
    {
        using var places = new SemaphoreSlim(1, 1);
        var lookups = new NameLookups(places, _ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound));

        for (var i = 0; i < 3; i++)
            await Should.ThrowAsync<System.Net.Sockets.SocketException>(() => lookups.FindAsync("nowhere.example.com", CancellationToken.None).WaitAsync(Ample));
    }

    private static void InterlockedMax(ref int highest, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref highest)) < value && Interlocked.CompareExchange(ref highest, value, seen) != seen)
        {
            // Somebody else raised it in between.
        }
    }
}
