using System.Net.Sockets;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// Distinguishes what is nobody's fault and passes (the server shuts down, is full, is another's standby, cannot be reached, gave up a statement) from what this
/// very statement is refused for.
/// </summary>
public static class Outage
{
    public static bool IsBehind(Exception exception) => exception switch
    {
        PostgresException postgres => Passes(postgres.SqlState),
        NpgsqlException or TimeoutException or SocketException => true,
        _ when IsOfPreparation(exception) => true,
        _ => exception.InnerException is { } inner && IsBehind(inner),
    };

    /// <summary>
    /// Npgsql lost track of which statements a connection has prepared (npgsql issues 4082 and 5873): a plain <see cref="Exception"/> out of any
    /// statement, and again out of each that follows on the same connection. One that was parsed and then refused before its columns were described
    /// is taken for one without columns: its first row is "unexpected" when it is run again.
    /// </summary>
    public static bool IsOfPreparation(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.InvalidSqlStatementName }
        || ((exception.GetType() == typeof(Exception) || exception is InvalidOperationException)
            && (exception.Message.Contains("PreparedState", StringComparison.Ordinal) || exception.Message.Contains("unexpected backend message", StringComparison.Ordinal)));

    /// <summary>PostgreSQL's code, or the kind of what is at the bottom of it; never a message, which may quote data.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState,
        { InnerException: { } inner } => Reason(inner),
        _ => exception.GetType().Name,
    };

    /// <summary>What PostgreSQL itself said, if it said anything.</summary>
    public static PostgresException? Refusal(Exception exception) => exception as PostgresException ?? (exception.InnerException is { } inner ? Refusal(inner) : null);

    /// <summary>The connection is gone, whoever ended it.</summary>
    public static bool IsOfTheConnection(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is ['0', '8', ..] or ['5', '7', 'P', ..],
        NpgsqlException or TimeoutException or SocketException => true,
        _ => exception.InnerException is { } inner && IsOfTheConnection(inner),
    };

    private static bool Passes(string state) => state switch
    {
        // Read-only after a failover, and a transaction that stood idle too long; what else is of this class is a mistake of ours.
        PostgresErrorCodes.ReadOnlySqlTransaction or "25P03" => true,
        // No such database: an operator is at work on it.
        PostgresErrorCodes.InvalidCatalogName => true,
        // A statement that the connection takes for prepared: the connection is dropped.
        PostgresErrorCodes.InvalidSqlStatementName => true,
        // Connections, who may connect, transactions that were rolled back, resources, locks and what is not ready, an operator, the system.
        _ => state[..2] is "08" or "28" or "40" or "53" or "55" or "57" or "58",
    };
}
