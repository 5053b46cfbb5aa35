using Microsoft.Extensions.Logging;
using NotificationService.Storage;

namespace NotificationService.Kafka.Intake;

/// <summary>Does again what cannot be done while the database is out, for ever, and at growing intervals.</summary>
internal sealed class OutageRetry(TimeProvider time, ILogger<OutageRetry> logger)
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <param name="step">Fails whenever the work does.</param>
    /// <param name="work">All of it, or what is left of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Telemetry.Step step, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (Outage.IsBehind(exception) || !cancellationToken.IsCancellationRequested)
            {
                step.Fail(Outage.Reason(exception));
                if (!Outage.IsBehind(exception))
                    throw; // its records come again
                logger.IntakeWaits(Outage.Reason(exception));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    /// <summary>How long somebody waits who was refused so often.</summary>
    public static TimeSpan PauseAfter(int times)
    {
        var pause = FirstPause;
        for (var i = 1; i < times && pause < LongestPause; i++)
            pause = Longer(pause);
        return pause;
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
