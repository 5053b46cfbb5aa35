using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Tenants;

/// <summary>
/// Removes sign-ins that have ended, replaced signing secrets, what the sandbox was given, and old entries of the audit log: in small batches, each table by
/// itself, so that what holds up one does not hold up the others. Any number of workers may do it at once.
/// </summary>
public sealed class RetentionPurge(Database database, RetentionOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<RetentionPurge> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <summary>Of one table in one run; the rest is the next run's.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("retention_purge", 3 * Every), reason => logger.PurgeFailed("run", reason), stoppingToken);

    /// <summary>One run over every table.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await PurgeAsync("refresh_tokens", "select notification_meta.purge_refresh_tokens($1)", null, cancellationToken);
        await PurgeAsync("webhook_secrets", "select notification_meta.purge_webhook_secrets($1)", null, cancellationToken);
        if (options.SandboxMessages > TimeSpan.Zero)
            await PurgeAsync("sandbox_messages", "select notification_meta.purge_sandbox_messages($2, $1)", options.SandboxMessages, cancellationToken);
        if (options.AuditLog > TimeSpan.Zero)
            await PurgeAsync("audit_log", "select notification_meta.purge_audit_log($2, $1)", options.AuditLog, cancellationToken);
    }

    private Task PurgeAsync(string table, string sql, TimeSpan? retention, CancellationToken cancellationToken) => PeriodicTask.RunAsync(
        token => RepeatAsync(table, sql, retention, token), heartbeats.Maintenance($"retention_purge_{table}", 3 * Every), reason => logger.PurgeFailed(table, reason), cancellationToken);

    private async Task RepeatAsync(string table, string sql, TimeSpan? retention, CancellationToken cancellationToken)
    {
        var (began, total) = (time.GetTimestamp(), 0);
        await using var command = database.Worker.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        if (retention is { } kept)
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - kept });
        int removed;
        do
            total += removed = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        while (removed == BatchSize && time.GetElapsedTime(began) < MaxDuration);
        if (total > 0)
            logger.Purged(total, table);
    }
}
