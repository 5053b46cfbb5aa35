using System.Net;
using System.Net.Sockets;
using NotificationService.Outbound;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Outbound;

public sealed class NameLookupsTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    /// <summary>Somebody's name server does not answer, and somebody has many such names.</summary>
    [Fact]
    public async Task Names_that_are_never_found_take_a_bounded_number_of_threads_and_their_callers_wait_no_longer_than_they_want_to()
    {
        const int Max = 4;
        using var places = new SemaphoreSlim(Max, Max);
        using var responses = new ManualResetEventSlim();
        var (underWay, highest) = (0, 0);
        var lookups = new NameLookups(places, _ =>
        {
            var now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref highest, now);
            responses.Wait();
            Interlocked.Decrement(ref underWay);
            return [IPAddress.Loopback];
        });
        using var patience = new CancellationTokenSource();

        Task<IPAddress[]>[] calls = [.. Enumerable.Range(0, 50).Select(i => lookups.FindAsync($"{i}.example.com", patience.Token))];
        await Eventually.TrueAsync(() => Volatile.Read(ref underWay) >= Max, Ample);
        await patience.CancelAsync();
        foreach (var call in calls)
            await Should.ThrowAsync<OperationCanceledException>(() => call);

        // Those who waited are gone, the threads are not: they still have their places.
        var late = lookups.FindAsync("late.example.com", CancellationToken.None);
        late.IsCompleted.ShouldBeFalse();
        responses.Set();
        (await late.WaitAsync(Ample)).ShouldBe([IPAddress.Loopback]);
        Volatile.Read(ref highest).ShouldBe(Max);
        await Eventually.TrueAsync(() => places.CurrentCount == Max, Ample);
    }

    [Fact]
    public async Task A_name_that_nobody_has_gives_its_place_back()
    {
        using var places = new SemaphoreSlim(1, 1);
        var lookups = new NameLookups(places, _ => throw new SocketException((int)SocketError.HostNotFound));

        for (var i = 0; i < 3; i++)
            await Should.ThrowAsync<SocketException>(() => lookups.FindAsync("nowhere.example.com", CancellationToken.None).WaitAsync(Ample));
    }

    [Fact]
    public async Task Whoever_asks_for_a_name_that_is_being_looked_up_waits_for_that_lookup()
    {
        using var places = new SemaphoreSlim(2, 2);
        using var responses = new ManualResetEventSlim();
        var asked = 0;
        var lookups = new NameLookups(places, _ =>
        {
            Interlocked.Increment(ref asked);
            responses.Wait();
            return [IPAddress.Loopback];
        });
        using var patience = new CancellationTokenSource();

        Task<IPAddress[]>[] impatient = [.. Enumerable.Range(0, 10).Select(_ => lookups.FindAsync("slow.example.com", patience.Token))];
        await patience.CancelAsync();
        foreach (var call in impatient)
            await Should.ThrowAsync<OperationCanceledException>(() => call);
        Task<IPAddress[]>[] patient = [.. Enumerable.Range(0, 10).Select(_ => lookups.FindAsync("Slow.example.com", CancellationToken.None))];

        places.CurrentCount.ShouldBe(1, "the other place is for other names");
        responses.Set();
        foreach (var call in patient)
            (await call.WaitAsync(Ample)).ShouldBe([IPAddress.Loopback]);
        Volatile.Read(ref asked).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_found_after_long_is_not_looked_up_again_for_a_while_and_what_was_found_at_once_is()
    {
        using var places = new SemaphoreSlim(1, 1);
        var (asked, time) = (0, new ManualTime());
        var lookups = new NameLookups(
            places,
            host =>
            {
                Interlocked.Increment(ref asked);
                if (host == "hangs.example.com")
                    time.Advance(TimeSpan.FromSeconds(10));
                throw new SocketException((int)SocketError.TryAgain);
            },
            time);

        for (var i = 0; i < 5; i++)
            await FailsAsync("hangs.example.com");
        Volatile.Read(ref asked).ShouldBe(1);
        for (var i = 0; i < 5; i++)
            await FailsAsync("unknown.example.com");
        Volatile.Read(ref asked).ShouldBe(6);

        time.Advance(TimeSpan.FromSeconds(31));
        await Eventually.TrueAsync(
            async () =>
            {
                await FailsAsync("hangs.example.com");
                return Volatile.Read(ref asked) == 7;
            },
            Ample);

        Task FailsAsync(string host) => Should.ThrowAsync<SocketException>(() => lookups.FindAsync(host, CancellationToken.None).WaitAsync(Ample));
    }

    /// <summary>Whoever can name a webhook can name many that hang; providers have places that those do not reach.</summary>
    [Fact]
    public async Task Names_that_hang_for_one_guard_hold_up_nobody_at_another_that_looks_up_elsewhere()
    {
        using var places = new SemaphoreSlim(1, 1);
        using var responses = new ManualResetEventSlim();
        var hanging = new NameLookups(places, _ =>
        {
            responses.Wait();
            return [IPAddress.Loopback];
        });
        var guard = new EndpointGuard(allowPrivate: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

        var stuck = guard.With(hanging).RefusalAsync("hook.example.com", CancellationToken.None);

        (await guard.RefusalAsync("smtp.example.com", CancellationToken.None).WaitAsync(Ample)).ShouldBe(EndpointGuard.Refusal);
        stuck.IsCompleted.ShouldBeFalse();
        NameLookups.OfWebhooks.ShouldNotBe(NameLookups.OfProviders);
        responses.Set();
        await stuck;
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
