using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Cancels by filter: in short transactions with a rest after each as long as it took. A step's changes, counts and place are one statement: dies anywhere, and another worker goes on from
/// there when the lease is over. Any number of workers may do it at once.
/// </summary>
public sealed class FilteredCanceller(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<FilteredCanceller> logger) : BackgroundService
{
    /// <summary>Waiting deliveries of one step.</summary>
    private const int StepRows = 2_000;

    /// <summary>What moves behind the walk is found by the next sweep, and not for ever.</summary>
    private const int MaxSweeps = 5;

    private const int PurgeRows = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PurgesEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private static readonly Statement Next = Statement.Load("notification_cancels_next");
    private static readonly Column Tenant = Next.Column("tenant"), Cancel = Next.Column("cancel");
    private static readonly Statement StepOn = Statement.Load("notification_cancels_step");
    private static readonly Column GoesOn = StepOn.Column("goes_on");
    private static readonly Statement Purge = Statement.Load("notification_cancels_purge");

    /// <summary>What waits stands in lanes; one after the other is walked.</summary>
    private static readonly (Priority Priority, ChannelKind Channel)[] Lanes = [.. Enum.GetValues<Priority>().SelectMany(priority => ChannelKinds.All.Select(channel => (priority, channel)))];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("filtered_cancel", TimeSpan.FromMinutes(5)), logger.CancelFailed, stoppingToken),
        PeriodicTask.RepeatAsync(PurgesEvery, time, PurgeAsync, heartbeats.Maintenance("filtered_cancel_purge", 3 * PurgesEvery), logger.CancelFailed, stoppingToken));

    /// <summary>As long as there is something to do, of each in turn a step.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is var (tenant, id))
        {
            var began = time.GetTimestamp();
            await StepAsync(tenant, id, cancellationToken);
            await Task.Delay(time.GetElapsedTime(began) is var took && took > ShortestRest ? took : ShortestRest, time, cancellationToken);
        }
    }

    private async Task<(TenantId Tenant, Guid Id)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Next.With(Parameter.Of("lease", Lease)).On(database.Worker);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (new TenantId(row.GetGuid(Tenant)), row.GetGuid(Cancel)) : null;
    }

    private async Task StepAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        var goesOn = true;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, StepOn.With(
            Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of<short[]>("priorities", [.. Lanes.Select(lane => (short)lane.Priority)]),
            Parameter.Of<short[]>("channels", [.. Lanes.Select(lane => (short)lane.Channel)]), Parameter.Of("max", StepRows), Parameter.Of("max_sweeps", MaxSweeps)));
        await batch.CommitAsync(row => goesOn = row.GetBoolean(GoesOn), cancellationToken);
        if (!goesOn)
            logger.CancelledByFilter(id);
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await using var purge = Purge.With(Parameter.Of("before", time.GetUtcNow() - KeptFor), Parameter.Of("max", PurgeRows)).On(database.Worker);
        while (await purge.ExecuteScalarAsync(cancellationToken) is PurgeRows)
            cancellationToken.ThrowIfCancellationRequested();
    }
}
