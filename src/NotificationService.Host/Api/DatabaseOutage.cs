using Npgsql;

namespace NotificationService.Host.Api;

/// <summary>Tells an outage of PostgreSQL, which passes, from a mistake of ours, which does not.</summary>
public static class DatabaseOutage
{
    public static bool IsBehind(Exception exception) => Find(exception) is not null;

    /// <summary>PostgreSQL's code, or the kind of the failure; never a message, which may quote data.</summary>
    public static string Reason(Exception exception) => Find(exception) switch
    {
        PostgresException postgres => postgres.SqlState,
        { InnerException: { } inner } => inner.GetType().Name,
        { } other => other.GetType().Name,
        null => "none",
    };

    private static Exception? Find(Exception? exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PostgresException postgres:
                    return Passes(postgres.SqlState) ? postgres : null;
                case NpgsqlException:
                    return current;
            }
        }

        return null;
    }

    private static bool Passes(string state) => state switch
    {
        // shut down, restarting, starting up, cancelled by a timeout, read-only after a failover
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => true,
        // connection exceptions, insufficient resources, system errors; and a dropped idle transaction
        _ => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("58", StringComparison.Ordinal)
            // no such database, or it takes no connections, or not ours: an operator is at work on it
            || state is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ObjectNotInPrerequisiteState || state.StartsWith("28", StringComparison.Ordinal)
            || state == "25P03",
    };
}
