using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Queueing;

/// <summary>
/// The loop of a worker that takes rows. In each turn it beats, takes some, and says when the next turn is. Whatever a turn fails with, its step fails and the
/// next one comes after a pause; what was claimed comes back with its lease. It ends when it is asked to stop, or when a turn says so.
/// </summary>
/// <param name="heartbeat">Beats before each turn.</param>
/// <param name="step">Fails with a turn. That it succeeded is the turn's to say, as soon as its statement has.</param>
/// <param name="pause">After a turn that failed.</param>
/// <param name="time">For pauses.</param>
/// <param name="failed">Receives PostgreSQL's code or the kind of the failure.</param>
public sealed class ClaimLoop(Heartbeat heartbeat, Step step, TimeSpan pause, TimeProvider time, Action<string> failed)
{
    /// <summary>Waits for a signal, at most for as long as it is given; without one the poll is a pause like any other.</summary>
    public Func<TimeSpan, CancellationToken, Task>? Signal { get; init; }

    /// <summary>What follows a turn that failed, where it is not the pause.</summary>
    public Func<Exception, CancellationToken, Task<NextTurn>>? AfterFailure { get; init; }

    /// <param name="turn">Is given what cancels it when the process stops; to leave a statement half-way is its own choice.</param>
    /// <param name="stoppingToken">Ends the loop, in the middle of a pause or a turn too.</param>
    public async Task RunAsync(Func<CancellationToken, Task<NextTurn>> turn, CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                switch (await TakeAsync(turn, stoppingToken))
                {
                    case NextTurn.OnSignal { Poll: var poll }:
                        await (Signal?.Invoke(poll, stoppingToken) ?? Task.Delay(poll, time, stoppingToken));
                        break;
                    case NextTurn.After { Pause: var moment } when moment > TimeSpan.Zero:
                        await Task.Delay(moment, time, stoppingToken);
                        break;
                    case NextTurn.Never:
                        return;
                }
            }
        }
        catch (Exception exception) when (IsTheEnd(exception, stoppingToken))
        {
            // Asked to stop.
        }
    }

    private async Task<NextTurn> TakeAsync(Func<CancellationToken, Task<NextTurn>> turn, CancellationToken stoppingToken)
    {
        try
        {
            return await turn(stoppingToken);
        }
#pragma warning disable CA1031 // a loop that ended by what one turn met would be missed by nobody, or end the process
        catch (Exception exception) when (!IsTheEnd(exception, stoppingToken))
#pragma warning restore CA1031
        {
            var reason = Outage.Reason(exception);
            step.Fail(reason);
            failed(reason);
            return AfterFailure is { } next ? await next(exception, stoppingToken) : new NextTurn.After(pause);
        }
    }

    /// <summary>A host that does not wait for its loops to end takes from them what they work with.</summary>
    private static bool IsTheEnd(Exception exception, CancellationToken stoppingToken) =>
        stoppingToken.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException;
}
