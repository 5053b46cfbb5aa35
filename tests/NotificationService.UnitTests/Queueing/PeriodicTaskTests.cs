using NotificationService.Queueing;
using NotificationService.Telemetry;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class PeriodicTaskTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_first_run_is_at_once_and_the_next_when_its_time_has_come()
    {
        var (time, runs) = (new ManualTime(), new Turns());
        using var stop = new CancellationTokenSource();
        var loop = PeriodicTask.RepeatAsync(Every, time, _ => runs.TakeAsync(), NewStep(time), runs.Failed, stop.Token);
        runs.Count.ShouldBe(1);

        time.Advance(Every / 2);
        runs.Count.ShouldBe(1);
        time.Advance(Every / 2);
        await runs.UntilAsync(2);

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
        runs.Reasons.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whatever_a_run_fails_with_the_next_has_its_turn()
    {
        var (time, runs) = (new ManualTime(), new Turns());
        using var stop = new CancellationTokenSource();
        Exception[] failures = [new InvalidOperationException("x", new IOException("y")), new OperationCanceledException("its own"), new TimeoutException()];
        var loop = PeriodicTask.RepeatAsync(
            Every, time,
            async _ =>
            {
                await runs.TakeAsync();
                if (runs.Count <= failures.Length)
                    throw failures[runs.Count - 1];
            },
            NewStep(time), runs.Failed, stop.Token);

        for (var run = 2; run <= failures.Length + 1; run++)
        {
            time.Advance(Every);
            await runs.UntilAsync(run);
        }

        runs.Reasons.ShouldBe(["IOException", "OperationCanceledException", "TimeoutException"]);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_in_the_middle_of_a_run()
    {
        var runs = new Turns();
        using var stop = new CancellationTokenSource();
        var loop = PeriodicTask.RepeatAsync(Every, new ManualTime(), token => Task.Delay(Timeout.Infinite, token), NewStep(new ManualTime()), runs.Failed, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
        runs.Reasons.ShouldBeEmpty("that was no failure");
    }

    [Fact]
    public async Task A_part_of_a_run_that_fails_does_not_hold_up_the_parts_after_it()
    {
        var (time, runs) = (new ManualTime(), new Turns());
        var (first, second) = (NewStep(time), NewStep(time));

        await PeriodicTask.RunAsync(_ => throw new TimeoutException(), first, runs.Failed, CancellationToken.None);
        await PeriodicTask.RunAsync(_ => runs.TakeAsync(), second, runs.Failed, CancellationToken.None);

        (runs.Count, first.Failed, second.Failed).ShouldBe((1, 1, 0));
        runs.Reasons.ShouldBe(["TimeoutException"]);
    }

    [Fact]
    public async Task A_part_that_is_cancelled_with_the_process_ends_the_run()
    {
        var (time, runs) = (new ManualTime(), new Turns());
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => PeriodicTask.RunAsync(token => Task.Delay(Timeout.Infinite, token), NewStep(time), runs.Failed, stop.Token));
        runs.Reasons.ShouldBeEmpty();
    }

    private static Step NewStep(ManualTime time) => new("runs", isEssential: true, Long, time);

    private sealed class Turns
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public List<string> Reasons { get; } = [];

        public void Failed(string reason) => Reasons.Add(reason);

        public Task TakeAsync()
        {
            Interlocked.Increment(ref count);
            return Task.CompletedTask;
        }

        public Task UntilAsync(int runs) => Eventually.TrueAsync(() => Count == runs, Long, () => $"{Count} runs");
    }
}
