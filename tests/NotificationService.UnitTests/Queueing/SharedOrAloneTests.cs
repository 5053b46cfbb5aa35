using NotificationService.Queueing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class SharedOrAloneTests
{
    private readonly SharedOrAlone turns = new();

    [Fact]
    public async Task What_runs_alone_waits_for_what_has_begun_and_what_comes_later_waits_for_it()
    {
        var (first, alone, order) = (new TaskCompletionSource(), new TaskCompletionSource(), new List<string>());

        var begun = ShareAsync(() => first.Task, CancellationToken.None);
        var beside = ShareAsync(() => Task.CompletedTask, CancellationToken.None);
        await beside;
        var lone = AloneAsync(() => Note("alone", alone.Task), CancellationToken.None);
        var later = ShareAsync(() => Note("later", Task.CompletedTask), CancellationToken.None);
        order.ShouldBeEmpty();
        first.SetResult();
        await begun;
        await Eventually.TrueAsync(() => Count() == 1, TimeSpan.FromSeconds(30));
        later.IsCompleted.ShouldBeFalse();
        alone.SetResult();
        await Task.WhenAll(lone, later);

        order.ShouldBe(["alone", "later"]);

        Task Note(string name, Task until)
        {
            lock (order)
                order.Add(name);
            return until;
        }

        int Count()
        {
            lock (order)
                return order.Count;
        }
    }

    [Fact]
    public async Task Who_gives_up_waiting_keeps_nobody_waiting_and_lets_nobody_in_too_early()
    {
        var (first, later) = (new TaskCompletionSource(), false);
        using var impatient = new CancellationTokenSource();
        var lone = AloneAsync(() => first.Task, CancellationToken.None);
        var gone = ShareAsync(() => Task.CompletedTask, impatient.Token);
        var next = ShareAsync(
            () =>
            {
                later = true;
                return Task.CompletedTask;
            },
            CancellationToken.None);

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        later.ShouldBeFalse("the first is still alone");
        first.SetResult();
        await Task.WhenAll(lone, next);

        later.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_many_at_once_what_runs_alone_is_alone_and_what_throws_keeps_nobody_waiting()
    {
        var (inside, alone, wrong) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => Task.Run(async () =>
        {
            try
            {
                await (i % 10 == 0 ? AloneAsync(LoneAsync, CancellationToken.None) : ShareAsync(() => SharedAsync(i), CancellationToken.None));
            }
            catch (InvalidOperationException)
            {
                // One in ten.
            }
        })));

        wrong.ShouldBe(0);

        async Task SharedAsync(int i)
        {
            Interlocked.Increment(ref inside);
            await Task.Yield();
            if (Volatile.Read(ref alone) > 0)
                Interlocked.Increment(ref wrong);
            Interlocked.Decrement(ref inside);
            if (i % 10 == 1)
                throw new InvalidOperationException();
        }

        async Task LoneAsync()
        {
            if (Interlocked.Increment(ref alone) > 1 || Volatile.Read(ref inside) > 0)
                Interlocked.Increment(ref wrong);
            await Task.Yield();
            if (Volatile.Read(ref inside) > 0)
                Interlocked.Increment(ref wrong);
            Interlocked.Decrement(ref alone);
            throw new InvalidOperationException();
        }
    }

    private async Task ShareAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        using (await turns.ShareAsync(cancellationToken))
            await work();
    }

    private async Task AloneAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        using (await turns.AloneAsync(cancellationToken))
            await work();
    }
}
