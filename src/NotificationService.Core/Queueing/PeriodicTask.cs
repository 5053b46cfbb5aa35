using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Queueing;

/// <summary>Does something now and then until it is asked to stop. Whatever goes wrong in one run, the next has its turn.</summary>
public static class PeriodicTask
{
    /// <param name="every">From the beginning of one run to that of the next; a run that takes longer is followed by the next at once.</param>
    /// <param name="time">What shows how long that is.</param>
    /// <param name="run">Ends by an exception when it fails.</param>
    /// <param name="step">Receives each run whether it succeeded; null where nobody but <paramref name="failed"/> is to know.</param>
    /// <param name="failed">Receives PostgreSQL's code or the kind of the failure.</param>
    /// <param name="stoppingToken">Ends it, in the middle of a run too.</param>
    public static async Task RepeatAsync(TimeSpan every, TimeProvider time, Func<CancellationToken, Task> run, Step? step, Action<string> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, time);
        do
            await RunAsync(run, step, failed, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One run, or a part of one that must not hold up the parts after it.</summary>
    public static async Task RunAsync(Func<CancellationToken, Task> run, Step? step, Action<string> failed, CancellationToken stoppingToken)
    {
        try
        {
            await run(stoppingToken);
            step?.Succeed();
        }
#pragma warning disable CA1031 // a loop that ended by what one run met would be missed by nobody, or end the process
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var reason = Outage.Reason(exception);
            step?.Fail(reason);
            failed(reason);
        }
    }
}
