using System.Net.Sockets;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>The only place that knows which exception and which SQLSTATE means what. Everybody else asks by <see cref="DatabaseFailure"/>.</summary>
public static class DatabaseFailures
{
    /// <summary>What stands behind another exception counts: EF wraps what it takes for a passing failure.</summary>
    public static DatabaseFailure Of(Exception exception) => exception switch
    {
        OperationCanceledException => DatabaseFailure.Cancelled,
        ObjectDisposedException => DatabaseFailure.Disposed,
        PostgresException postgres => OfState(postgres.SqlState),
        TimeoutException or NpgsqlException { InnerException: TimeoutException } => DatabaseFailure.NoResponse,
        NpgsqlException or SocketException => DatabaseFailure.Unreachable,
        _ when Outage.IsOfPreparation(exception) => DatabaseFailure.Unavailable,
        { InnerException: { } inner } => Of(inner),
        _ => DatabaseFailure.None,
    };

    /// <summary>Nobody's fault: it is tried again, and nothing is given up for it.</summary>
    public static bool Passes(this DatabaseFailure failure) => failure is
        DatabaseFailure.Unreachable or DatabaseFailure.NoResponse or DatabaseFailure.TooLong or DatabaseFailure.NotAdmitted or DatabaseFailure.Conflict or DatabaseFailure.Unavailable;

    /// <summary>Said of many together it may only mean that they are too many.</summary>
    public static bool IsOfTheTime(this DatabaseFailure failure) => failure is DatabaseFailure.TooLong or DatabaseFailure.NoResponse;

    /// <summary>
    /// The database is there and does not take what it was given, or that could not even be put into bytes. Of many together one is at fault, and nobody knows
    /// which. What is gone because the process ends is nobody's fault.
    /// </summary>
    public static bool IsOfWhatItWasGiven(this DatabaseFailure failure) => failure is DatabaseFailure.BadData or DatabaseFailure.Refused or DatabaseFailure.None;

    /// <summary>PostgreSQL gave the statement up or refused it, and its connection can be used again, from the last savepoint on.</summary>
    public static bool IsOfTheStatement(this DatabaseFailure failure) => failure is DatabaseFailure.BadData or DatabaseFailure.Refused or DatabaseFailure.TooLong;

    /// <summary>The database is away, or refuses.</summary>
    public static bool IsOfTheDatabase(this DatabaseFailure failure) => failure.Passes() || failure is DatabaseFailure.BadData or DatabaseFailure.Refused;

    private static DatabaseFailure OfState(string state) => state switch
    {
        PostgresErrorCodes.QueryCanceled => DatabaseFailure.TooLong,
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => DatabaseFailure.Conflict,
        // The connection, and a server that starts or stops.
        ['0', '8', ..] or ['5', '7', 'P', ..] => DatabaseFailure.Unreachable,
        ['2', '8', ..] or PostgresErrorCodes.InvalidCatalogName => DatabaseFailure.NotAdmitted,
        ['2', '2' or '3', ..] or ['5', '4', ..] => DatabaseFailure.BadData,
        // Read-only after a failover, a transaction that stood idle too long, a statement that the connection wrongly takes for prepared.
        PostgresErrorCodes.ReadOnlySqlTransaction or "25P03" or PostgresErrorCodes.InvalidSqlStatementName => DatabaseFailure.Unavailable,
        // Transactions that were rolled back, resources, locks and what is not ready, an operator, the system.
        ['4', '0', ..] or ['5', '3' or '5' or '7' or '8', ..] => DatabaseFailure.Unavailable,
        _ => DatabaseFailure.Refused,
    };
}
