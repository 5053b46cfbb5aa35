using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// The door for what providers report: keeps it, so that the vendor can be answered, and leaves the rest to <see cref="ReceiptApplier"/>.
/// Those who come at the same time share a commit.
/// </summary>
/// <remarks>
/// 1 gather whoever waits → 2 one statement per tenant, in one round trip with its commit; what is there already is left alone → 3 answer.
/// Dies before 2's commit: nothing is kept, the vendor was not answered and reports again. Dies after it: it is applied, and a repeat changes nothing.
/// </remarks>
public sealed class ReceiptIntake : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MostWaiting = 2_000;
    private const int MostTogether = 100;
    private const int MostRows = 2_000;

    private static readonly string Insert = SqlText.Statement("receipts_insert");

    private readonly Coalescer<IncomingReceipts, bool> coalescer;
    private readonly Database database;
    private readonly Ids ids;
    private readonly ReceiptMetrics metrics;
    private readonly WakeUp wakeUp;
    private readonly TimeProvider time;

    public ReceiptIntake(Database database, Ids ids, ReceiptMetrics metrics, [FromKeyedServices(WakeUp.Receipts)] WakeUp wakeUp, TimeProvider time)
    {
        (this.database, this.ids, this.metrics, this.wakeUp, this.time) = (database, ids, metrics, wakeUp, time);
        coalescer = new(new CoalescerOptions(Writers, MostWaiting, MostTogether, TimeSpan.Zero), time, WriteAsync);
    }

    /// <summary>Ends when they are committed. False: too many wait already, and nothing was kept.</summary>
    /// <exception cref="Npgsql.NpgsqlException">They are not kept, or nobody knows.</exception>
    public async Task<bool> TryKeepAsync(IncomingReceipts receipts, CancellationToken cancellationToken)
    {
        // In pieces that a statement is quick with; a piece that was kept before the others broke is kept.
        foreach (var piece in receipts.Items.Chunk(MostRows))
        {
            if (!coalescer.TryAdd(receipts with { Items = piece }, out var kept))
                return false;
            await kept.WaitAsync(cancellationToken);
        }

        return true;
    }

    public ValueTask DisposeAsync() => coalescer.DisposeAsync();

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<IncomingReceipts> incoming, CancellationToken cancellationToken)
    {
        var (now, kept) = (time.GetUtcNow(), 0);
        await using (var batch = await TenantBatch.OpenAsync(database.Receipts, cancellationToken))
        {
            foreach (var tenant in incoming.GroupBy(receipts => receipts.Tenant).OrderBy(group => group.Key))
                batch.Add(tenant.Key, Insert, new IncomingReceiptColumns(tenant, ids, now).Parameters(tenant.Key.Value));
            await batch.CommitAsync(_ => kept++, cancellationToken);
        }

        metrics.Kept(kept, incoming.Sum(receipts => receipts.Items.Count) - kept);
        if (kept > 0)
            _ = SignalAsync(incoming.Max(receipts => receipts.Wait));
        var answers = new bool[incoming.Count];
        Array.Fill(answers, true);
        return answers;
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
