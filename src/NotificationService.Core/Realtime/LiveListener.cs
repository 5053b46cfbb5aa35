using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;

namespace NotificationService.Realtime;

/// <summary>Hears what other processes say to those who are connected here: that something changed (<see cref="LiveSignals"/>), and who types.</summary>
public sealed class LiveListener(Database database, LiveSignals signals, TypingSignals typing, TimeProvider time, ILogger<LiveListener> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ListenLoop.RunAsync(
        database.App, [LiveSignals.Channel, TypingSignals.Channel],
        heard =>
        {
            if (heard.Channel == TypingSignals.Channel)
                typing.Hear(heard.Payload);
            else
                signals.Hear(heard.Payload);
        },
        signals.WakeAll, time, logger, stoppingToken);
}
