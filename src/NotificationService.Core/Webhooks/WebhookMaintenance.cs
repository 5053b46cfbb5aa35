using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

    /// <summary>While there is nothing to drop.</summary>
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PurgesEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DropsMonthsEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(3);

    private static readonly Statement Messages = Statement.Load("webhook_messages_purge");
    private static readonly Statement Replays = Statement.Load("webhook_replays_purge");
    private static readonly Statement Months = Statement.Load("webhook_attempts_drop_months");
    private static readonly Statement Unwanted = Statement.Load("webhook_messages_drop");

    private Guid droppedTo = Guid.Empty;
    private bool hasDropped;
    private readonly Interval looks = new(LooksEvery, time);
    private readonly Interval purges = new(PurgesEvery, time);
    private readonly Interval drops = new(DropsMonthsEvery, time);
    private readonly Heartbeat heartbeat = heartbeats.Register("webhook_maintenance", LongestSilence);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("webhook_maintenance"), reason => logger.MaintenanceFailed("round", reason), stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        var before = time.GetUtcNow() - options.Retention;
        if (purges.TryRestart())
        {
            await RepeatAsync("messages", Messages.With(Parameter.Of("before", before), Parameter.Of("max", BatchSize)), cancellationToken);
            await RepeatAsync("replays", Replays.With(Parameter.Of("before", before), Parameter.Of("max", BatchSize)), cancellationToken);
        }

        if (drops.TryRestart())
            await RepeatAsync("months", Months.With(Parameter.Of("before", before)), cancellationToken);
        if (looks.TryRestart() || hasDropped || droppedTo != Guid.Empty)
            await GuardAsync("unwanted", DropAsync, cancellationToken);
    }

    /// <summary>Batch by batch, until one is not full or it took long enough; the rest is the next run's.</summary>
    private Task RepeatAsync(string step, BoundStatement statement, CancellationToken cancellationToken) => GuardAsync(
        step,
        async token =>
        {
            var began = time.GetTimestamp();
            await using var command = statement.On(database.Worker);
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
        hasDropped = false;
        do
        {
            heartbeat.Beat();
            await using var command = Unwanted.With(Parameter.Of("max", BatchSize), Parameter.Of("after", droppedTo)).On(database.Worker);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (dropped, hasMore) = (reader.GetInt32(Columns.Dropped), reader.GetBoolean(Columns.IsMore));
            var isFull = dropped >= BatchSize;
            hasDropped |= dropped > 0;
            if (!isFull)
                droppedTo = hasMore ? reader.GetGuid(Columns.EndpointId) : Guid.Empty;
            goesOn = isFull || hasMore;
        }
        while (goesOn && time.GetElapsedTime(began) < LongestStep);
    }

    private Task GuardAsync(string step, Func<CancellationToken, Task> work, CancellationToken cancellationToken, TimeSpan? longestFailure = null) =>
        PeriodicTask.RunAsync(work, heartbeats.Maintenance($"webhook_maintenance_{step}", longestFailure), reason => logger.MaintenanceFailed(step, reason), cancellationToken);

    private static class Columns
    {
        public static readonly Column
            Dropped = Unwanted.Column("dropped"), EndpointId = Unwanted.Column("endpoint_id"), IsMore = Unwanted.Column("is_more");
    }
}
