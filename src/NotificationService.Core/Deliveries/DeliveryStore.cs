using Npgsql;
using NotificationService.Deliveries.Devices;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>The queue's statements up to the call: claim, take over from the dead, write the intent.</summary>
public sealed class DeliveryStore(Database database, Ids ids, TimeProvider time, DeliveryOptions options)
{
    private const string CommitLater = "set local synchronous_commit = off";
    private const string Share = "select notification_meta.share_batches($1)";
    private const string IsStopped = "select notification_meta.is_batch_stopped($1, $2)";

    private static readonly string Claim = SqlText.Statement("deliveries_claim");
    private static readonly string Rescue = SqlText.Statement("deliveries_rescue");
    private static readonly string Isolate = SqlText.Statement("deliveries_isolate");
    private static readonly string Start = SqlText.Statement("deliveries_start");
    private static readonly short[] Classes = [.. Enum.GetValues<Priority>().Select(priority => (short)priority)];

    /// <summary>Takes due deliveries under a lease. The shares, cursors and watermarks learn from what came.</summary>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(
        int max, ClaimShares shares, LaneCursors cursors, DueWatermarks watermarks, LaneLimits limits, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedDelivery>(max);
        var hadWork = new bool[Classes.Length];
        var walks = new DueWalk[Classes.Length];
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        var (id, asked, starts) = (ids.Next(), time.GetTimestamp(), cursors.Tenants);
        // A claim that a crash of the database undoes leaves the row as it was, and whoever made it has a lease that nothing carries;
        // what must not be lost is the intent.
        batch.Add(CommitLater);
        batch.Add(
            Claim,
            new NpgsqlParameter<int> { TypedValue = max },
            new NpgsqlParameter<short[]> { TypedValue = Classes },
            new NpgsqlParameter<int[]> { TypedValue = shares.Of(max) },
            new NpgsqlParameter<Guid[]> { TypedValue = starts },
            new NpgsqlParameter<short[]> { TypedValue = cursors.Channels },
            new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease },
            new NpgsqlParameter<Guid> { TypedValue = id },
            new NpgsqlParameter<Guid[]> { TypedValue = limits.Tenants },
            new NpgsqlParameter<short[]> { TypedValue = limits.Channels },
            new NpgsqlParameter<int[]> { TypedValue = limits.Max },
            new NpgsqlParameter<DateTimeOffset[]> { TypedValue = watermarks.Begin() });
        cursors.Reset();
        Lease? lease = null;
        await batch.CommitAsync(
            row =>
            {
                if (row.IsDBNull(0))
                {
                    var (queue, wasCutShort) = (row.GetInt16(2), row.GetInt32(4) == 1);
                    hadWork[queue] = wasCutShort || row.GetBoolean(9);
                    walks[queue] = new DueWalk(FromStart: starts[queue] == Guid.Empty, ToEnd: !wasCutShort, row.GetFieldValue<DateTimeOffset>(10));
                    if (wasCutShort)
                        cursors.GoOnAfter((Priority)queue, new TenantId(row.GetGuid(1)), row.GetInt16(3));
                    return;
                }

                lease ??= GrantedBy(row, id, asked);
                claimed.Add(Read(row, lease));
            },
            cancellationToken);
        shares.Observe(hadWork);
        watermarks.Learn(walks);
        return claimed;
    }

    /// <summary>Takes over deliveries whose holder let the lease run out.</summary>
    public async Task<IReadOnlyList<ClaimedDelivery>> RescueAsync(int max, CancellationToken cancellationToken)
    {
        var rescued = new List<ClaimedDelivery>();
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        var (id, asked) = (ids.Next(), time.GetTimestamp());
        batch.Add(
            Rescue,
            new NpgsqlParameter<int> { TypedValue = max },
            new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease },
            new NpgsqlParameter<Guid> { TypedValue = id });
        await batch.CommitAsync(row => rescued.Add(Read(row, GrantedBy(row, id, asked))), cancellationToken);
        return rescued;
    }

    /// <summary>
    /// Writes how often a delivery was lost with its worker, before and after it is prepared alone; false when its lease is lost. It outlives the
    /// process; a crash of the database may undo it, which blames nobody.
    /// </summary>
    public async Task<bool> IsolateAsync(ClaimedDelivery delivery, int losses, CancellationToken cancellationToken)
    {
        var isHeld = false;
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(CommitLater);
        batch.Add(
            Isolate,
            new NpgsqlParameter<Guid> { TypedValue = delivery.Id.Value },
            new NpgsqlParameter<Guid> { TypedValue = delivery.Lease.Id },
            new NpgsqlParameter<short> { TypedValue = (short)losses },
            new NpgsqlParameter<Guid> { TypedValue = delivery.Tenant.Value });
        await batch.CommitAsync(_ => isHeld = true, cancellationToken);
        return isHeld;
    }

    /// <summary>Writes, durably, that calls are about to be made. Only those that are in the result may be called; it shows when each began.</summary>
    public async Task<IReadOnlyDictionary<DeliveryId, DateTimeOffset>> StartAsync(IReadOnlyList<ClaimedDelivery> deliveries, CancellationToken cancellationToken)
    {
        // In the order of their ids, so that no two statements wait for each other in a circle.
        var ordered = deliveries.OrderBy(delivery => delivery.Id.Value).ToArray();
        var started = new Dictionary<DeliveryId, DateTimeOffset>(ordered.Length);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        // Whoever holds or cancels a batch answers only when this is committed, and what begins after that sees it.
        if (ordered.Where(delivery => delivery.Batch is not null).Select(delivery => delivery.Batch!.Value).Distinct().ToArray() is { Length: > 0 } batches)
            batch.Add(Share, new NpgsqlParameter<Guid[]> { TypedValue = batches });
        batch.Add(
            Start,
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ordered, delivery => delivery.Id.Value) },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ordered, delivery => delivery.Lease.Id) },
            new NpgsqlParameter<TimeSpan> { TypedValue = options.LongestCall },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ordered, delivery => delivery.Id.Notification.Value) },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ordered, delivery => delivery.Id.Notification.LastDelivery) },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ordered, delivery => delivery.Tenant.Value) });
        await batch.CommitAsync(
            row =>
            {
                if (row.FieldCount == 2)
                    started.Add(new DeliveryId(row.GetGuid(0)), row.GetFieldValue<DateTimeOffset>(1));
            },
            cancellationToken);
        return started;
    }

    /// <summary>Whether a batch was held or cancelled since a delivery of it was written as begun.</summary>
    public async Task<bool> IsStoppedAsync(TenantId tenant, Guid batch, CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand(IsStopped);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = batch });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private Lease GrantedBy(NpgsqlDataReader row, Guid id, long asked) => new(id, time, asked, row.GetFieldValue<DateTimeOffset>(13), options.Lease);

    private static ClaimedDelivery Read(NpgsqlDataReader row, Lease lease) => new(
        new DeliveryId(row.GetGuid(0)),
        new TenantId(row.GetGuid(1)),
        (Priority)row.GetInt16(2),
        row.GetInt32(4),
        row.GetInt16(5),
        row.GetInt16(6),
        row.GetInt16(7),
        row.GetInt16(8),
        row.GetBoolean(9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
        row.IsDBNull(14) ? null : row.GetGuid(14),
        lease)
    {
        Batch = row.IsDBNull(15) ? null : row.GetGuid(15),
        Devices = row.IsDBNull(16) ? null : DeviceStates.Parse(row.GetString(16)),
    };
}
