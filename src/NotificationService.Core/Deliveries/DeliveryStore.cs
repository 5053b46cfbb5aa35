using NotificationService.Deliveries.Devices;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>The queue's statements up to the call: claim, take over from the dead, write the intent.</summary>
public sealed class DeliveryStore(Database database, Ids ids, TimeProvider time, DeliveryOptions options)
{
    private const string CommitLater = "set local synchronous_commit = off";

    private static readonly Statement Share = Statement.Load("batches_share");
    private static readonly Statement IsStopped = Statement.Load("batches_is_stopped");
    private static readonly Statement Claim = Statement.Load("deliveries_claim");
    private static readonly Statement Rescue = Statement.Load("deliveries_rescue");
    private static readonly Statement Isolate = Statement.Load("deliveries_isolate");
    private static readonly Statement Start = Statement.Load("deliveries_start");
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
            Claim.With(
                Parameter.Of("max", max),
                Parameter.Of("classes", Classes),
                Parameter.Of("class_max", shares.Of(max)),
                Parameter.Of("after_tenants", starts),
                Parameter.Of("after_channels", cursors.Channels),
                Parameter.Of("lease_time", options.Lease),
                Parameter.Of("lease", id),
                Parameter.Of("limited_tenants", limits.Tenants),
                Parameter.Of("limited_channels", limits.Channels),
                Parameter.Of("limits", limits.Max),
                Parameter.Of("watermarks", watermarks.Begin())));
        cursors.Reset();
        Lease? lease = null;
        await batch.CommitAsync(
            row =>
            {
                if (row.IsDBNull(Claimed.Id))
                {
                    var (queue, wasCutShort) = (row.GetInt16(Claimed.Priority), row.GetInt32(Claimed.Claims) == 1);
                    hadWork[queue] = wasCutShort || row.GetBoolean(Claimed.Ambiguous);
                    walks[queue] = new DueWalk(FromStart: starts[queue] == Guid.Empty, ToEnd: !wasCutShort, row.GetTime(Claimed.DueAt));
                    if (wasCutShort)
                        cursors.GoOnAfter((Priority)queue, new TenantId(row.GetGuid(Claimed.TenantId)), row.GetInt16(Claimed.Channel));
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
            Rescue.With(
                Parameter.Of("max", max),
                Parameter.Of("lease_time", options.Lease),
                Parameter.Of("lease", id)));
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
            Isolate.With(
                Parameter.Of("tenant", delivery.Tenant.Value),
                Parameter.Of("id", delivery.Id.Value),
                Parameter.Of("lease", delivery.Lease.Id),
                Parameter.Of("losses", (short)losses)));
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
        (Guid Tenant, Guid Id)[] batches = [.. ordered.Where(delivery => delivery.Batch is not null).Select(delivery => (delivery.Tenant.Value, delivery.Batch!.Value)).Distinct()];
        if (batches.Length > 0)
            batch.Add(Share.With(Parameter.Of("batches", Array.ConvertAll(batches, one => one.Id))));
        batch.Add(
            Start.With(
                Parameter.Of("tenants", Array.ConvertAll(ordered, delivery => delivery.Tenant.Value)),
                Parameter.Of("ids", Array.ConvertAll(ordered, delivery => delivery.Id.Value)),
                Parameter.Of("leases", Array.ConvertAll(ordered, delivery => delivery.Lease.Id)),
                Parameter.Of("longest_call", options.LongestCall),
                Parameter.Of("notifications", Array.ConvertAll(ordered, delivery => delivery.Id.Notification.Value)),
                Parameter.Of("last_deliveries", Array.ConvertAll(ordered, delivery => delivery.Id.Notification.LastDelivery)),
                Parameter.Of("batches", Array.ConvertAll(batches, one => one.Id)),
                Parameter.Of("batch_tenants", Array.ConvertAll(batches, one => one.Tenant))));
        await batch.CommitAsync(
            row =>
            {
                if (Started.CallStartedAt.IsIn(row))
                    started.Add(new DeliveryId(row.GetGuid(Started.Id)), row.GetTime(Started.CallStartedAt));
            },
            cancellationToken);
        return started;
    }

    /// <summary>Whether a batch was held or cancelled since a delivery of it was written as begun.</summary>
    public async Task<bool> IsStoppedAsync(TenantId tenant, Guid batch, CancellationToken cancellationToken)
    {
        await using var command = IsStopped.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("batch", batch)).On(database.Worker);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private Lease GrantedBy(NpgsqlDataReader row, Guid id, long asked) => new(id, time, asked, row.GetTime(Claimed.ClaimedAt), options.Lease);

    private static ClaimedDelivery Read(NpgsqlDataReader row, Lease lease) => new(
        new DeliveryId(row.GetGuid(Claimed.Id)),
        new TenantId(row.GetGuid(Claimed.TenantId)),
        (Priority)row.GetInt16(Claimed.Priority),
        row.GetInt32(Claimed.Claims),
        row.GetInt16(Claimed.Attempts),
        row.GetInt16(Claimed.RetriedFrom),
        row.GetInt16(Claimed.TimelineSeq),
        row.GetInt16(Claimed.Rescues),
        row.GetBoolean(Claimed.Ambiguous),
        row.GetTime(Claimed.DueAt),
        row.GetOrNull<DateTimeOffset>(Claimed.ExpiresAt),
        row.GetOrNull<DateTimeOffset>(Claimed.CallStartedAt),
        row.GetOrNull<Guid>(Claimed.ProviderId),
        lease)
    {
        Batch = row.GetOrNull<Guid>(Claimed.BatchId),
        Devices = row.IsDBNull(Claimed.Devices) ? null : DeviceStates.Parse(row.GetString(Claimed.Devices)),
    };

    /// <summary>The same of what is claimed and of what is rescued.</summary>
    private static class Claimed
    {
        public static readonly Column
            Id = Of("id"), TenantId = Of("tenant_id"), Priority = Of("priority"), Channel = Of("channel"), Claims = Of("claims"), Attempts = Of("attempts"),
            RetriedFrom = Of("retried_from"), TimelineSeq = Of("timeline_seq"), Rescues = Of("rescues"), Ambiguous = Of("ambiguous"), DueAt = Of("due_at"),
            ExpiresAt = Of("expires_at"), CallStartedAt = Of("call_started_at"), ClaimedAt = Of("claimed_at"), ProviderId = Of("provider_id"),
            BatchId = Of("batch_id"), Devices = Of("devices");

        private static Column Of(string name) => new(name, Claim, Rescue);
    }

    private static class Started
    {
        public static readonly Column
            Id = Start.Column("id"), CallStartedAt = Start.Column("call_started_at");
    }
}
