using System.Diagnostics;
using NotificationService.Storage;

namespace NotificationService.Host.Commands;

/// <summary>
/// What runs before a process listens, so that its first requests are not those that pay for everything: it is limited in time, and whatever goes wrong in it, such as
/// a database that is slow, the process serves.
/// </summary>
public static partial class WarmUp
{
    /// <param name="services">What has something to warm up is one of these.</param>
    /// <param name="longest">Zero: nothing is warmed up.</param>
    /// <param name="logger">Of the process.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task RunAsync(IServiceProvider services, TimeSpan longest, ILogger logger, CancellationToken cancellationToken)
    {
        if (longest == TimeSpan.Zero)
            return;
        var began = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(longest);
        try
        {
            await Task.WhenAll(services.GetServices<IWarmUp>().Select(part => Task.Run(() => part.RunAsync(patience.Token), patience.Token))).WaitAsync(patience.Token);
        }
#pragma warning disable CA1031 // without it the first requests take longer, and that is all
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCold(logger, exception is OperationCanceledException ? "it took too long" : Outage.Reason(exception));
            return;
        }

        LogWarm(logger, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    [LoggerMessage(EventId = Telemetry.EventIds.Host + 7, Level = LogLevel.Information, Message = "Warmed up in {Milliseconds:0} ms")]
    private static partial void LogWarm(ILogger logger, double milliseconds);

    [LoggerMessage(EventId = Telemetry.EventIds.Host + 8, Level = LogLevel.Information, Message = "The warm-up was left ({Reason}): the first requests take longer")]
    private static partial void LogCold(ILogger logger, string reason);
}
