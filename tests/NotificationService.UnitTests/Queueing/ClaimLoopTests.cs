using NotificationService.Queueing;
using NotificationService.Telemetry;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class ClaimLoopTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = 5 * Second;

    private readonly ManualTime time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<string> failures = [];
    private readonly Heartbeat heartbeat;
    private readonly Step step;
    private int turns;

    public void Dispose() => stop.Dispose();

    public ClaimLoopTests() => (heartbeat, step) = (new Heartbeat("loop", Long, time), new Step("turn", isEssential: true, Long, time));

    [Fact]
    public async Task Turns_follow_each_other_at_once_after_a_moment_or_after_the_poll_until_one_says_never()
    {
        var loop = RunAsync(NewLoop(), NextTurn.AtOnce, NextTurn.AtOnce, new NextTurn.After(Second), new NextTurn.OnSignal(2 * Second), new NextTurn.Never());

        await UntilAsync(3);
        time.Advance(Second / 2);
        turns.ShouldBe(3);
        time.Advance(Second / 2);
        await UntilAsync(4);
        time.Advance(Second);
        turns.ShouldBe(4);
        heartbeat.Silence.ShouldBe(Second, "it beats once in each turn");
        time.Advance(Second);

        await loop.WaitAsync(Long, TestContext.Current.CancellationToken);
        turns.ShouldBe(5);
        failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_signal_ends_the_wait_for_the_poll()
    {
        var (signal, polls) = (new Signal(), new List<TimeSpan>());
        var loop = RunAsync(
            new ClaimLoop(heartbeat, step, Pause, time, failures.Add)
            {
                Signal = (poll, token) =>
                {
                    polls.Add(poll);
                    return signal.WaitAsync(Long, token);
                },
            },
            new NextTurn.OnSignal(Second), new NextTurn.OnSignal(2 * Second), new NextTurn.Never());
        await UntilAsync(1);

        signal.Give();
        await UntilAsync(2);
        signal.Give();

        await loop.WaitAsync(Long, TestContext.Current.CancellationToken);
        polls.ShouldBe([Second, 2 * Second]);
    }

    [Fact]
    public async Task Whatever_a_turn_fails_with_the_step_fails_and_the_next_comes_after_a_pause()
    {
        Exception[] thrown = [new InvalidOperationException("x", new IOException("y")), new OperationCanceledException("its own"), new ObjectDisposedException("also its own")];
        var loop = NewLoop().RunAsync(_ => ++turns <= thrown.Length ? throw thrown[turns - 1] : Task.FromResult<NextTurn>(new NextTurn.Never()), stop.Token);

        for (var turn = 1; turn <= thrown.Length; turn++)
        {
            await UntilAsync(turn);
            time.Advance(Pause - TimeSpan.FromTicks(1));
            turns.ShouldBe(turn);
            time.Advance(TimeSpan.FromTicks(1));
        }

        await loop.WaitAsync(Long, TestContext.Current.CancellationToken);
        failures.ShouldBe(["IOException", "OperationCanceledException", "ObjectDisposedException"]);
        step.Failed.ShouldBe(3);
    }

    [Fact]
    public async Task A_worker_may_know_better_what_follows_a_failure()
    {
        var seen = new List<Exception>();
        var loop = new ClaimLoop(heartbeat, step, Pause, time, failures.Add)
        {
            AfterFailure = (exception, _) =>
            {
                seen.Add(exception);
                return Task.FromResult(NextTurn.AtOnce);
            },
        };
        var failure = new TimeoutException();

        await loop.RunAsync(_ => ++turns == 1 ? throw failure : Task.FromResult<NextTurn>(new NextTurn.Never()), stop.Token).WaitAsync(Long, TestContext.Current.CancellationToken);

        seen.ShouldBe([failure]);
        (turns, step.Failed).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_failing_step_stays_so_until_a_turn_says_that_its_statement_succeeded()
    {
        var loop = NewLoop().RunAsync(_ => ++turns == 3 ? Task.FromResult<NextTurn>(new NextTurn.Never()) : turns == 1 ? throw new TimeoutException() : Task.FromResult<NextTurn>(new NextTurn.After(Second)), stop.Token);
        await UntilAsync(1);
        time.Advance(Pause);
        await UntilAsync(2);

        step.Detail.ShouldBe("failing for 5 s (TimeoutException)", "a turn that had no capacity says nothing of the statement");

        time.Advance(Second);
        await loop.WaitAsync(Long, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("in a turn")]
    [InlineData("in a pause")]
    [InlineData("while it waits for a signal")]
    [InlineData("by a host that did not wait")]
    public async Task Asked_to_stop_it_ends(string when)
    {
        var loop = NewLoop().RunAsync(
            async token =>
            {
                turns++;
                if (when is "in a pause" or "while it waits for a signal")
                    return when == "in a pause" ? new NextTurn.After(Pause) : new NextTurn.OnSignal(Pause);
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw when == "in a turn" ? new OperationCanceledException(token) : new ObjectDisposedException("source");
            },
            stop.Token);
        await UntilAsync(1, waits: when is "in a pause" or "while it waits for a signal");

        await stop.CancelAsync();

        await loop.WaitAsync(Long, TestContext.Current.CancellationToken);
        (turns, failures.Count, step.Failed).ShouldBe((1, 0, 0), "that was no failure");
    }

    private ClaimLoop NewLoop() => new(heartbeat, step, Pause, time, failures.Add);

    private Task RunAsync(ClaimLoop loop, params NextTurn[] next) => loop.RunAsync(_ => Task.FromResult(next[turns++]), stop.Token);

    /// <summary>Until so many turns were taken and, as a rule, the loop waits for the next.</summary>
    private Task UntilAsync(int count, bool waits = false) => Eventually.TrueAsync(() => Volatile.Read(ref turns) == count && (!waits || time.Timers == 1), Long, () => $"{turns} turns");
}
