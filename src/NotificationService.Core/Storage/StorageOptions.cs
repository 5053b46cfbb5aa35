namespace NotificationService.Storage;

public sealed class StorageOptions
{
    /// <summary>Npgsql's connection string; its login must be allowed to become the three roles (docs/decisions/0002-database-roles.md).</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Connections of the API role's pool, per process.</summary>
    public int ApiPoolSize { get; init; } = 20;

    /// <summary>Connections for reading lists, per process.</summary>
    public int ListPoolSize { get; init; } = 6;

    /// <summary>Connections for storing what providers report, per process.</summary>
    public int ReceiptPoolSize { get; init; } = 6;

    /// <summary>Connections of the worker role's pool, per process.</summary>
    public int WorkerPoolSize { get; init; } = 12;

    /// <summary>After which the server gives up a statement of the API, of a list or of a receipt; more than zero, in whole milliseconds.</summary>
    public TimeSpan ApiStatementTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After which the server gives up a statement of a worker; more than zero, in whole milliseconds.</summary>
    public TimeSpan WorkerStatementTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
