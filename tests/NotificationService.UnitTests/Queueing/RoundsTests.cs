using NotificationService.Queueing;
using NotificationService.Telemetry;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Queueing;

public sealed class RoundsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_first_round_is_at_once_and_the_next_when_its_time_has_come()
    {
        var (time, rounds) = (new ManualTime(), new Turns());
        using var stop = new CancellationTokenSource();
        var loop = Rounds.RepeatAsync(Every, time, _ => rounds.TakeAsync(), NewStep(time), rounds.Failed, stop.Token);
        rounds.Count.ShouldBe(1);

        time.Advance(Every / 2);
        rounds.Count.ShouldBe(1);
        time.Advance(Every / 2);
        await rounds.UntilAsync(2);

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
        rounds.Reasons.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whatever_a_round_fails_with_the_next_has_its_turn()
    {
        var (time, rounds) = (new ManualTime(), new Turns());
        using var stop = new CancellationTokenSource();
        Exception[] failures = [new InvalidOperationException("x", new IOException("y")), new OperationCanceledException("its own"), new TimeoutException()];
        var loop = Rounds.RepeatAsync(
            Every, time,
            async _ =>
            {
                await rounds.TakeAsync();
                if (rounds.Count <= failures.Length)
                    throw failures[rounds.Count - 1];
            },
            NewStep(time), rounds.Failed, stop.Token);

        for (var round = 2; round <= failures.Length + 1; round++)
        {
            time.Advance(Every);
            await rounds.UntilAsync(round);
        }

        rounds.Reasons.ShouldBe(["IOException", "OperationCanceledException", "TimeoutException"]);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Told_to_stop_it_ends_in_the_middle_of_a_round()
    {
        var rounds = new Turns();
        using var stop = new CancellationTokenSource();
        var loop = Rounds.RepeatAsync(Every, new ManualTime(), token => Task.Delay(Timeout.Infinite, token), NewStep(new ManualTime()), rounds.Failed, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => loop.WaitAsync(Long, TestContext.Current.CancellationToken));
        rounds.Reasons.ShouldBeEmpty("that was no failure");
    }

    private static Step NewStep(ManualTime time) => new("rounds", isEssential: true, Long, time);

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

        public Task UntilAsync(int rounds) => Eventually.TrueAsync(() => Count == rounds, Long, () => $"{Count} rounds");
    }
}
