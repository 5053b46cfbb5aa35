using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// The door for what providers report: keeps it, so that the vendor can be answered, and leaves the rest to <see cref="ReceiptApplier"/>.
/// Those who come at the same time share a commit; who brings very much goes by a door of its own, so that nobody waits behind it.
/// </summary>
/// <remarks>
/// 1 gather whoever waits → 2 one statement per tenant, in one round trip with its commit; what is there already is left alone → 3 answer.
/// Dies before 2's commit: nothing is kept, the vendor was not answered and reports again. Dies after it: it is applied, and a repeat changes nothing.
/// </remarks>
public sealed class ReceiptIntake : IAsyncDisposable
{
    /// <summary>What the database is quick with, whoever shares the commit.</summary>
    private const int MaxRows = 2_000;

    /// <summary>The most that vendors bring at once as a rule.</summary>
    private const int MaxOfSmall = 200;

    private static readonly CoalescerOptions SmallDoor = new(Writers: 2, Capacity: 2_000, MaxBatch: 100, TimeSpan.Zero) { MaxWeight = MaxRows };
    private static readonly CoalescerOptions LargeDoor = new(Writers: 1, Capacity: 200, MaxBatch: 10, TimeSpan.Zero) { MaxWeight = MaxRows };

    private readonly Coalescer<IncomingReceipts, bool> small;
    private readonly Coalescer<IncomingReceipts, bool> large;
    private readonly Database database;
    private readonly Ids ids;
    private readonly ReceiptMetrics metrics;
    private readonly WakeUp wakeUp;
    private readonly TimeProvider time;

    public ReceiptIntake(Database database, Ids ids, ReceiptMetrics metrics, [FromKeyedServices(WakeUp.Receipts)] WakeUp wakeUp, TimeProvider time)
    {
        (this.database, this.ids, this.metrics, this.wakeUp, this.time) = (database, ids, metrics, wakeUp, time);
        small = new(SmallDoor, time, WriteAsync, incoming => incoming.Items.Count);
        large = new(LargeDoor, time, WriteAsync, incoming => incoming.Items.Count);
    }

    /// <summary>Ends when they are committed. False: too many wait already, and nothing was kept.</summary>
    /// <exception cref="Npgsql.NpgsqlException">They are not kept, or nobody knows.</exception>
    public async Task<bool> TryKeepAsync(IncomingReceipts receipts, CancellationToken cancellationToken)
    {
        var door = receipts.Items.Count > MaxOfSmall ? large : small;
        // In pieces that a statement is quick with; a piece that was kept before the others broke is kept.
        foreach (var piece in receipts.Items.Chunk(MaxRows))
        {
            if (!door.TryAdd(receipts with { Items = piece }, out var kept))
                return false;
            await kept.WaitAsync(cancellationToken);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await small.DisposeAsync();
        await large.DisposeAsync();
    }

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<IncomingReceipts> incoming, CancellationToken cancellationToken)
    {
        var kept = 0;
        await using (var batch = await TenantBatch.OpenAsync(database.Receipts, cancellationToken))
        {
            foreach (var tenant in incoming.GroupBy(receipts => receipts.Tenant).OrderBy(group => group.Key))
                batch.Add(tenant.Key, new IncomingReceiptColumns(tenant, ids).Keep(tenant.Key.Value));
            await batch.CommitAsync(_ => kept++, cancellationToken);
        }

        metrics.Kept(kept, incoming.Sum(receipts => receipts.Items.Count) - kept);
        if (kept > 0)
            _ = SignalAsync(incoming.Max(receipts => receipts.Wait));
        var outcomes = new bool[incoming.Count];
        Array.Fill(outcomes, true);
        return outcomes;
    }

    private async Task SignalAsync(TimeSpan wait)
    {
        wakeUp.Signal();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time);
            wakeUp.Signal();
        }
    }
}
