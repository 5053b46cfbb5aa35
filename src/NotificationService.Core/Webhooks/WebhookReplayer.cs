using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>
/// Works what people asked to have sent once more, some hundreds a second for each endpoint, so that the news of the day is not held up by it.
/// Any number of workers may; each replay is one's at a time.
/// </summary>
internal sealed class WebhookReplayer(
    Database database, [FromKeyedServices(WakeUp.Webhooks)] WakeUp webhooks, [FromKeyedServices(WakeUp.Events)] WakeUp events,
    Heartbeats heartbeats, TimeProvider time, ILogger<WebhookReplayer> logger) : BackgroundService
{
    /// <summary>So many of one replay in a second.</summary>
    private const int BatchSize = 500;

    /// <summary>Of one tick. The others' turn comes with the next: whoever waited longest is first.</summary>
    private const int MaxTurns = 8;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>While there is no replay. A person asks for one.</summary>
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(300);

    /// <summary>How much time is looked through at once: as much as that takes little time itself, for all tenants' events of the time are passed by.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly Statement Next = Statement.Load("webhook_replays_next");
    private static readonly Statement Failed = Statement.Load("webhook_replays_failed");
    private static readonly Statement All = Statement.Load("webhook_replays_all");

    private readonly Heartbeat heartbeat = heartbeats.Register("webhook_replayer", LongestSilence);
    private readonly Interval looks = new(LooksEvery, time);
    private bool hadWork;

    /// <summary>Whatever goes wrong, the replay stands where it stood and is tried again.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("webhook_replay"), logger.ReplayFailed, stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        if (!hadWork && !looks.TryRestart())
            return;
        hadWork = false;
        for (var turn = 0; turn < MaxTurns && await NextAsync(cancellationToken) is var (tenant, replay, mode); turn++)
        {
            hadWork = true;
            heartbeat.Beat();
            await WorkAsync(tenant, replay, mode, cancellationToken);
        }
    }

    private async Task<(TenantId Tenant, Guid Replay, WebhookReplayMode Mode)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Next.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(NextColumns.Tenant)), reader.GetGuid(NextColumns.Replay), (WebhookReplayMode)reader.GetInt16(NextColumns.ReplayMode)) : null;
    }

    /// <summary>One turn: time in which nothing happened is passed by in it, faster and faster, until there is something or the turn is over.</summary>
    private async Task WorkAsync(TenantId tenant, Guid replay, WebhookReplayMode mode, CancellationToken cancellationToken)
    {
        var (began, queued, goesOn, window) = (time.GetTimestamp(), 0, true, ShortestWindow);
        while (goesOn && queued < BatchSize && time.GetElapsedTime(began) < LongestTurn)
        {
            var (isEmpty, windowBegan) = (false, time.GetTimestamp());
            goesOn = false;
            await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
            batch.Add(
                tenant,
                mode == WebhookReplayMode.All
                    ? All.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("replay", replay), Parameter.Of("max", BatchSize), Parameter.Of("window", window))
                    : Failed.With(
                        Parameter.Of("tenant", tenant.Value), Parameter.Of("replay", replay), Parameter.Of("max", BatchSize), Parameter.Of("max_attempts", WebhookOptions.MaxAttemptsEver)));
            await batch.CommitAsync(
                row =>
                {
                    queued += row.GetInt32(Columns.Queued);
                    goesOn = (WebhookReplayState)row.GetInt16(Columns.State) == WebhookReplayState.Running && row.GetBoolean(Columns.HasCapacity) && mode == WebhookReplayMode.All;
                    isEmpty = row.GetBoolean(Columns.IsEmpty);
                },
                cancellationToken);
            if (isEmpty && time.GetElapsedTime(windowBegan) < Quick && window < LongestWindow)
                window *= 2;
        }

        if (queued > 0)
            (mode == WebhookReplayMode.Failed ? webhooks : events).Signal();
    }

    private static class NextColumns
    {
        public static readonly Column
            Tenant = Next.Column("tenant"), Replay = Next.Column("replay"), ReplayMode = Next.Column("replay_mode");
    }

    private static class Columns
    {
        public static readonly Column
            Queued = Of("queued"), State = Of("state"), HasCapacity = Of("has_capacity"), IsEmpty = Of("is_empty");

        private static Column Of(string name) => new(name, Failed, All);
    }
}
