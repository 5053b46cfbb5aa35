using NotificationService.Queueing;

namespace NotificationService.UnitTests.Queueing;

public sealed class SignalTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Given_twice_before_anybody_waits_it_is_there_once()
    {
        var signal = new Signal();
        signal.Give();
        signal.Give();

        await signal.WaitAsync(Long, TestContext.Current.CancellationToken);

        signal.WaitAsync(Long, TestContext.Current.CancellationToken).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_waits_is_woken_when_it_is_given_asked_to_stop_or_out_of_time()
    {
        var signal = new Signal();
        using var stop = new CancellationTokenSource();
        var woken = signal.WaitAsync(Long, TestContext.Current.CancellationToken);
        signal.Give();
        await woken.WaitAsync(Long, TestContext.Current.CancellationToken);

        await signal.WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken).WaitAsync(Long, TestContext.Current.CancellationToken);

        var stopped = signal.WaitAsync(Long, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(stopped);
    }
}
