using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Realtime.Presence;

/// <summary>
/// Writes who is connected to this process, at most once a second, says that the process lives, and writes off those who were connected to one that does not. A process without
/// anybody connected writes nothing.
/// </summary>
/// <remarks>Dies anywhere: its lease ends, its people count as offline from then on, and the next process that looks says so to their rooms.</remarks>
public sealed class PresenceWriter(PresenceBook book, PresenceStore store, RealtimeOptions options, Ids ids, Heartbeats heartbeats, TimeProvider time, ILogger<PresenceWriter> logger) : BackgroundService
{
    /// <summary>Of one tenant, a second: what comes at once beyond them is written in the next.</summary>
    public const int MaxPeople = 500;

    private const int MaxRefused = 5;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Guid node = ids.Next();
    private readonly Step ofTenants = heartbeats.Maintenance("presence_tenant", 6 * options.PresenceLease);
    private long? renewedAt;

    /// <summary>A third of the lease: of three renewals two may fail, and whoever loads a page anew is back.</summary>
    private TimeSpan Third => options.PresenceLease / 3;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicTask.RepeatAsync(Every, time, WriteAsync, heartbeats.Maintenance("presence_write", options.PresenceLease), reason => logger.PresenceFailed("write", reason), stoppingToken),
        PeriodicTask.RepeatAsync(Third, time, WriteOffAsync, heartbeats.Maintenance("presence_left", 6 * options.PresenceLease), reason => logger.PresenceFailed("left", reason), stoppingToken));

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (book.Count == 0)
            return;
        if (renewedAt is not { } at || time.GetElapsedTime(at) >= Third)
        {
            var now = time.GetTimestamp();
            if (!await store.RenewAsync(node, options.PresenceLease, cancellationToken))
                book.WriteAllAgain();
            renewedAt = now;
        }

        // One tenant after the other: what the database refuses of one does not hold up the others. What it refuses of many is the database's own trouble, and waits.
        var refused = 0;
        foreach (var ofTenant in book.Take(MaxPeople, Third))
        {
            await PeriodicTask.RunAsync(
                async token =>
                {
                    await store.WriteAsync(node, isLeft: false, ofTenant.Key, [.. ofTenant], token);
                    book.Written(ofTenant);
                },
                ofTenants,
                reason =>
                {
                    refused++;
                    logger.PresenceFailed("write", reason);
                },
                cancellationToken);
            if (refused == MaxRefused)
                return;
        }
    }

    private async Task WriteOffAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var left = await store.LeftAsync(MaxPeople, cancellationToken);
            foreach (var one in left.GroupBy(one => (one.Node, one.Change.Tenant)))
                await store.WriteAsync(one.Key.Node, isLeft: true, one.Key.Tenant, [.. one.Select(row => row.Change)], cancellationToken);
            if (left.Count < MaxPeople)
                return;
        }
    }
}
