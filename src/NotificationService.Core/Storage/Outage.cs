using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// Distinguishes what is nobody's fault and passes (the server shuts down, is full, is another's standby, cannot be reached, gave up a statement) from what this
/// very statement is refused for. <see cref="DatabaseFailures"/> says more exactly what it is.
/// </summary>
public static class Outage
{
    /// <summary>Also of a statement that was given up with whoever waited for it.</summary>
    public static bool IsBehind(Exception exception) =>
        exception is OperationCanceledException ? exception.InnerException is { } inner && IsBehind(inner) : DatabaseFailures.Of(exception).Passes();

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
    public static bool IsOfTheConnection(Exception exception) => DatabaseFailures.Of(exception) is DatabaseFailure.Unreachable or DatabaseFailure.NoResponse;
}
