using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Storage;

namespace NotificationService.Queueing;

/// <summary>Hears other processes' signals. When its connection breaks it comes back by itself and assumes that it missed some.</summary>
public sealed class WakeUpListener(
    Database database, WakeUp deliveries, [FromKeyedServices(WakeUp.Receipts)] WakeUp receipts, [FromKeyedServices(WakeUp.Events)] WakeUp events,
    [FromKeyedServices(WakeUp.Webhooks)] WakeUp webhooks, TenantChanges providers, TimeProvider time, ILogger<WakeUpListener> logger) : BackgroundService
{
    private readonly Dictionary<string, WakeUp> signals = new[] { deliveries, receipts, events, webhooks }.ToDictionary(signal => signal.Channel, StringComparer.Ordinal);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it was, the listener comes back
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.ListenerLost(exception.GetType().Name);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Worker.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, heard) => Hear(heard);
        await using (var listen = new NpgsqlCommand(string.Join("; ", signals.Keys.Append(TenantChanges.Providers).Select(channel => $"listen {channel}")), connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        foreach (var signal in signals.Values)
            signal.SignalLocally();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    private void Hear(NpgsqlNotificationEventArgs heard)
    {
        if (heard.Channel == TenantChanges.Providers)
            providers.Hear(heard.Payload);
        else
            signals.GetValueOrDefault(heard.Channel)?.SignalLocally();
    }
}
