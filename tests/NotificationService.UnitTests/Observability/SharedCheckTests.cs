using NotificationService.Host.Observability;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Observability;

/// <summary>However many ask after the process's health, the database is asked about once a second.</summary>
public sealed class SharedCheckTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime time = new();
    private int checks;

    [Fact]
    public async Task A_hundred_callers_for_ten_seconds_cause_about_ten_checks()
    {
        var shared = new SharedCheck<int>(() => Task.FromResult(++checks), Second, time);
        for (var tenth = 0; tenth < 100; tenth++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shared.AskAsync(CancellationToken.None)));
            time.Advance(Second / 10);
        }

        checks.ShouldBeInRange(9, 11);
    }

    [Fact]
    public async Task Who_asks_while_a_check_takes_long_waits_for_that_one()
    {
        var response = new TaskCompletionSource<int>();
        var shared = new SharedCheck<int>(() => Checked(response.Task), Second, time);
        using var gone = new CancellationTokenSource();
        var leaving = shared.AskAsync(gone.Token);
        var first = shared.AskAsync(CancellationToken.None);
        time.Advance(10 * Second);
        var second = shared.AskAsync(CancellationToken.None);
        await gone.CancelAsync();

        response.SetResult(7);

        await Should.ThrowAsync<OperationCanceledException>(leaving);
        (await Task.WhenAll(first, second)).ShouldBe([7, 7]);
        checks.ShouldBe(1);
    }

    [Fact]
    public async Task A_check_that_broke_is_made_again_a_second_later()
    {
        var shared = new SharedCheck<int>(() => Checked(checks == 0 ? Task.FromException<int>(new TimeoutException()) : Task.FromResult(1)), Second, time);
        await Should.ThrowAsync<TimeoutException>(shared.AskAsync(CancellationToken.None));
        await Should.ThrowAsync<TimeoutException>(shared.AskAsync(CancellationToken.None));

        time.Advance(Second);

        (await shared.AskAsync(CancellationToken.None)).ShouldBe(1);
    }

    private Task<int> Checked(Task<int> response)
    {
        checks++;
        return response;
    }
}
