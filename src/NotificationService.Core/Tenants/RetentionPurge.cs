using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Tenants;

/// <summary>
/// Removes sign-ins that have ended, tokens of mails that have expired, replaced signing secrets, what the sandbox was given, mail that could not be sent, and old entries of the audit log: in small batches, each table by
/// itself, so that what holds up one does not hold up the others. Any number of workers may do it at once.
/// </summary>
public sealed class RetentionPurge(Database database, RetentionOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<RetentionPurge> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <summary>Of one table in one run; the rest is the next run's.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(30);

    /// <summary>Of mail that could not be sent: what it says is no news any more, and its token has ended.</summary>
    private static readonly TimeSpan LongestNotice = TimeSpan.FromDays(3);

    private static readonly Statement RefreshTokens = Statement.Load("refresh_tokens_purge");
    private static readonly Statement EndedTokens = Statement.Load("ended_tokens_purge");
    private static readonly Statement UserImports = Statement.Load("user_imports_purge");
    private static readonly Statement WebhookSecrets = Statement.Load("webhook_secrets_purge");
    private static readonly Statement SandboxMessages = Statement.Load("sandbox_messages_purge");
    private static readonly Statement AuditLog = Statement.Load("audit_log_purge");
    private static readonly Statement OneTimeTokens = Statement.Load("one_time_tokens_purge");
    private static readonly Statement StreamTickets = Statement.Load("stream_tickets_forget");
    private static readonly Statement Notices = Statement.Load("notices_purge");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("retention_purge", 3 * Every), reason => logger.PurgeFailed("run", reason), stoppingToken);

    /// <summary>One run over every table.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await PurgeAsync("refresh_tokens", RefreshTokens.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("ended_tokens", EndedTokens.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("user_imports", UserImports.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("webhook_secrets", WebhookSecrets.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("one_time_tokens", OneTimeTokens.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("stream_tickets", StreamTickets.With(Parameter.Of("max", BatchSize)), cancellationToken);
        await PurgeAsync("notices", Notices.With(Parameter.Of("before", time.GetUtcNow() - LongestNotice), Parameter.Of("max", BatchSize)), cancellationToken);
        if (options.SandboxMessages > TimeSpan.Zero)
            await PurgeAsync("sandbox_messages", SandboxMessages.With(Parameter.Of("before", time.GetUtcNow() - options.SandboxMessages), Parameter.Of("max", BatchSize)), cancellationToken);
        if (options.AuditLog > TimeSpan.Zero)
            await PurgeAsync("audit_log", AuditLog.With(Parameter.Of("before", time.GetUtcNow() - options.AuditLog), Parameter.Of("max", BatchSize)), cancellationToken);
    }

    private Task PurgeAsync(string table, BoundStatement purge, CancellationToken cancellationToken) => PeriodicTask.RunAsync(
        token => RepeatAsync(table, purge, token), heartbeats.Maintenance($"retention_purge_{table}", 3 * Every), reason => logger.PurgeFailed(table, reason), cancellationToken);

    private async Task RepeatAsync(string table, BoundStatement purge, CancellationToken cancellationToken)
    {
        var (began, total) = (time.GetTimestamp(), 0);
        await using var command = purge.On(database.Worker);
        int removed;
        do
            total += removed = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        while (removed == BatchSize && time.GetElapsedTime(began) < MaxDuration);
        if (total > 0)
            logger.Purged(total, table);
    }
}
