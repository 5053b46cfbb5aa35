using Microsoft.AspNetCore.SignalR;
using NotificationService.Realtime;

namespace NotificationService.Host.Api.Realtime;

/// <summary>The same stream over SignalR: what happens is a call of the client's method of the event's type. There is nothing that a client could call.</summary>
internal sealed class NotificationsHub(IHubContext<NotificationsHub> hub, PersonStream stream, IHostApplicationLifetime lifetime, TimeProvider time) : Hub
{
    /// <summary>A client that takes so long to read what it is given is cut off.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(10);

    /// <summary>A client without events learns so often how far it has come.</summary>
    private static readonly TimeSpan EverySo = TimeSpan.FromSeconds(15);

    public override Task OnConnectedAsync()
    {
        // The connection is the client's, and lives for longer than this call.
        _ = WriteAsync(Context, (StreamOpening)Context.GetHttpContext()!.Items[NotificationsHubApi.Opening]!);
        return Task.CompletedTask;
    }

    private async Task WriteAsync(HubCallerContext connection, StreamOpening opening)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionAborted, lifetime.ApplicationStopping);
        try
        {
            end.CancelAfter(opening.Token.UntilEnd());
            var client = hub.Clients.Client(connection.ConnectionId);
            var said = time.GetTimestamp();
            await foreach (var message in stream.ReadAsync(opening.Listener, opening.From, end.Token))
            {
                if (!await opening.Token.IsGoodAsync(end.Token))
                    break;
                // Also where nothing was for this person, what others were given has moved the position on.
                if ((StreamEnvelope.Of(message) ?? (time.GetElapsedTime(said) >= EverySo ? StreamEnvelope.OfPosition(message) : null)) is not { } envelope)
                    continue;
                end.CancelAfter(LongestWrite);
                await client.SendCoreAsync(envelope.Type, [HubEvent.Of(envelope)], end.Token);
                end.CancelAfter(opening.Token.UntilEnd());
                said = time.GetTimestamp();
            }
        }
#pragma warning disable CA1031 // nobody waits for it: whatever ended it, the client comes back with its position
        catch (Exception)
#pragma warning restore CA1031
        {
            // The token has ended, the client has gone or does not read, the database is away, or the process stops.
        }

        connection.Abort();
    }
}
