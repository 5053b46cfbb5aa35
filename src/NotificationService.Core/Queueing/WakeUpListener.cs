using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Queueing;

/// <summary>Hears other processes' signals.</summary>
public sealed class WakeUpListener(
    Database database, WakeUp deliveries, [FromKeyedServices(WakeUp.Receipts)] WakeUp receipts, [FromKeyedServices(WakeUp.Events)] WakeUp events,
    [FromKeyedServices(WakeUp.Webhooks)] WakeUp webhooks, TenantChanges providers, TimeProvider time, ILogger<WakeUpListener> logger) : BackgroundService
{
    private readonly Dictionary<string, WakeUp> signals = new[] { deliveries, receipts, events, webhooks }.ToDictionary(signal => signal.Channel, StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ListenLoop.RunAsync(database.Worker, signals.Keys.Append(TenantChanges.Providers), Hear, WakeAll, time, logger, stoppingToken);

    private void WakeAll()
    {
        foreach (var signal in signals.Values)
            signal.SignalLocally();
    }

    private void Hear(NpgsqlNotificationEventArgs heard)
    {
        if (heard.Channel == TenantChanges.Providers)
            providers.Hear(heard.Payload);
        else
            signals.GetValueOrDefault(heard.Channel)?.SignalLocally();
    }
}
