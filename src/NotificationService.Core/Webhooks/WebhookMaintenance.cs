using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Webhooks;

/// <summary>
/// Removes what was kept for long enough, and drops what is queued for endpoints that are disabled or gone. Each step by itself: what holds up one does not
/// hold up the others for good. Any number of workers may do it at once.
/// </summary>
internal sealed class WebhookMaintenance(Database database, WebhookOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<WebhookMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 2_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PurgesEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DropsMonthsEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(3);

    private const string Messages = "select notification_meta.purge_webhook_messages($1, $2)";
    private const string Replays = "select notification_meta.purge_webhook_replays($1, $2)";
    private const string Months = "select notification_meta.drop_webhook_attempts_before($1)";

    private static readonly string Unwanted = SqlText.Statement("webhook_messages_drop");

    private Guid droppedTo = Guid.Empty;
    private readonly Interval purges = new(PurgesEvery, time);
    private readonly Interval drops = new(DropsMonthsEvery, time);
    private readonly Heartbeat heartbeat = heartbeats.Register("webhook_maintenance", LongestSilence);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("webhook_maintenance"), reason => logger.MaintenanceFailed("round", reason), stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        var before = new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - options.Retention };
        if (purges.TryRestart())
        {
            await RepeatAsync("messages", Messages, [before.Clone(), Limit()], cancellationToken);
            await RepeatAsync("replays", Replays, [before.Clone(), Limit()], cancellationToken);
        }

        if (drops.TryRestart())
            await RepeatAsync("months", Months, [before.Clone()], cancellationToken);
        await GuardAsync("unwanted", DropAsync, cancellationToken);
    }

    private static NpgsqlParameter<int> Limit() => new() { TypedValue = BatchSize };

    /// <summary>Batch by batch, until one is not full or it took long enough; the rest is the next run's.</summary>
    private Task RepeatAsync(string step, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => GuardAsync(
        step,
        async token =>
        {
            var began = time.GetTimestamp();
            await using var command = database.Worker.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            while (await command.ExecuteScalarAsync(token) is BatchSize && time.GetElapsedTime(began) < LongestStep)
                heartbeat.Beat();
        },
        cancellationToken,
        step == "months" ? 3 * DropsMonthsEvery : null);

    /// <summary>The next run goes on where this one ended: however many endpoints stand before an unwanted one, its turn comes.</summary>
    private async Task DropAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        bool goesOn;
        do
        {
            heartbeat.Beat();
            await using var command = database.Worker.CreateCommand(Unwanted);
            command.Parameters.Add(Limit());
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = droppedTo });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (isFull, hasMore) = (reader.GetInt32(0) >= BatchSize, reader.GetBoolean(2));
            if (!isFull)
                droppedTo = hasMore ? reader.GetGuid(1) : Guid.Empty;
            goesOn = isFull || hasMore;
        }
        while (goesOn && time.GetElapsedTime(began) < LongestStep);
    }

    private Task GuardAsync(string step, Func<CancellationToken, Task> work, CancellationToken cancellationToken, TimeSpan? longestFailure = null) =>
        PeriodicTask.RunAsync(work, heartbeats.Maintenance($"webhook_maintenance_{step}", longestFailure), reason => logger.MaintenanceFailed(step, reason), cancellationToken);
}
