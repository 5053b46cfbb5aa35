using NotificationService.Queueing;

namespace NotificationService.UnitTests.Queueing;

public sealed class HintTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Given_twice_before_anybody_waits_it_is_there_once()
    {
        var hint = new Hint();
        hint.Give();
        hint.Give();

        await hint.WaitAsync(Long, TestContext.Current.CancellationToken);

        hint.WaitAsync(Long, TestContext.Current.CancellationToken).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_waits_is_woken_when_it_is_given_told_to_stop_or_out_of_time()
    {
        var hint = new Hint();
        using var stop = new CancellationTokenSource();
        var woken = hint.WaitAsync(Long, TestContext.Current.CancellationToken);
        hint.Give();
        await woken.WaitAsync(Long, TestContext.Current.CancellationToken);

        await hint.WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken).WaitAsync(Long, TestContext.Current.CancellationToken);

        var stopped = hint.WaitAsync(Long, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(stopped);
    }
}
