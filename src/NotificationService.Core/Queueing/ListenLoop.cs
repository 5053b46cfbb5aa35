using Microsoft.Extensions.Logging;
using Npgsql;

namespace NotificationService.Queueing;

/// <summary>Hears NOTIFY on a connection of its own. When that breaks it comes back by itself, and whoever listens is to assume that something was missed.</summary>
internal static class ListenLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="source">Where the connection comes from.</param>
    /// <param name="channels">What is listened to.</param>
    /// <param name="hear">Called on the connection: quick, and without exceptions.</param>
    /// <param name="missed">Called whenever it has just begun to listen.</param>
    /// <param name="time">For the pause after a connection broke.</param>
    /// <param name="logger">Says that one broke.</param>
    /// <param name="stoppingToken">Ends it.</param>
    public static async Task RunAsync(
        NpgsqlDataSource source, IEnumerable<string> channels, Action<NpgsqlNotificationEventArgs> hear, Action missed, TimeProvider time, ILogger logger, CancellationToken stoppingToken)
    {
        var listen = string.Join("; ", channels.Select(channel => $"listen {channel}"));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, heard) => hear(heard);
                await using (var command = new NpgsqlCommand(listen, connection))
                    await command.ExecuteNonQueryAsync(stoppingToken);
                missed();
                while (true)
                    await connection.WaitAsync(stoppingToken);
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
}
