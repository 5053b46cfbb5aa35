using System.Net.Sockets;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>Tells what is nobody's fault and passes (the server shuts down, is full, cannot be reached, gave up a statement) from what this very statement is refused for.</summary>
public static class Outage
{
    public static bool IsBehind(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState[..2] is "08" or "25" or "28" or "40" or "53" or "55" or "57" or "58" or "3D",
        NpgsqlException or TimeoutException or SocketException => true,
        _ => exception.InnerException is { } inner && IsBehind(inner),
    };
}
