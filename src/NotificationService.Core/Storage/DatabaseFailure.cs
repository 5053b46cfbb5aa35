namespace NotificationService.Storage;

/// <summary>What a failure says of the database and of what it was given. <see cref="DatabaseFailures.Of"/> tells one from the other.</summary>
public enum DatabaseFailure
{
    /// <summary>The database did not say so: what it was to be given could not even be put into bytes, or something else went wrong.</summary>
    None,

    /// <summary>Whoever asked does not wait any more.</summary>
    Cancelled,

    /// <summary>The process ends, and what led to the database is gone.</summary>
    Disposed,

    /// <summary>There is no connection, or it broke, or the server shuts down. Nobody knows whether the last commit happened.</summary>
    Unreachable,

    /// <summary>It did not answer for as long as we wait: it is slow, or away.</summary>
    NoResponse,

    /// <summary>PostgreSQL ended the statement for the time it took. Fewer rows at once may be quicker.</summary>
    TooLong,

    /// <summary>No such login or database, or not for us. An operator is at work on it, or the settings are wrong.</summary>
    NotAdmitted,

    /// <summary>A deadlock, or a transaction that another one overtook. Nothing is stored; the whole transaction can be run again at once.</summary>
    Conflict,

    /// <summary>Full, locked, read-only after a failover, or its prepared statements are in disorder: it passes.</summary>
    Unavailable,

    /// <summary>A value, a constraint, or more than fits into a row (classes 22, 23 and 54): the data's fault, and a tenant may send it.</summary>
    BadData,

    /// <summary>Rights, tables, functions, syntax: our mistake or an operator's. Once more would be refused once more.</summary>
    Refused,
}
