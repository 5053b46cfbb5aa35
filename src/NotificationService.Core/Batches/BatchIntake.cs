using System.Text;
using System.Text.Json;
using NotificationService.Notifications;
using NotificationService.Quotas;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Batches;

/// <summary>Opens batches and takes their chunks.</summary>
/// <remarks>
/// 1 check and plan every item, in memory → 2 in one transaction: hold the batch open, see whether the sequence came
/// before, store the good items, write down what is answered → 3 commit, wake the workers. Dies before 3: nothing of the
/// chunk exists, and the same sequence can be sent again. After it: the same sequence gives the same response.
/// </remarks>
public sealed class BatchIntake(Database database, NotificationPreparer preparer, SendQuotas quotas, NotificationStore notifications, BatchStore batches, Ids ids, TimeProvider time)
{
    /// <summary>Errors that one answer names; beyond them each bad item has one. Ten thousand items with fifty each would be 75 MB, kept for as long as the batch.</summary>
    public const int MaxErrors = 20_000;

    /// <summary>
    /// Content, data and metadata of the items of one call together, what stands once for all of them counted for each, as each is stored with its own.
    /// Else a megabyte that comes once would be ten gigabytes on the disk.
    /// </summary>
    public const int MaxStored = 256 * 1024 * 1024;

    public const string MaxStoredCode = "stored_bytes_exceeded";

    private const int MaxTries = 4;

    private static readonly RequestIssue TooMuch = new(
        "", MaxStoredCode, $"Content, data and metadata of the items of one call take at most {MaxStored >> 20} MiB together, what stands once for all counted for each. Send this one in another call, or use a template.");
    private static readonly ItemError KeyUsed = new("/idempotencyKey", "idempotency_mismatch", "The key was used for another request within 24 hours.");
    private const string ItemRoute = "batch item";

    private static readonly Statement Open = Statement.Load("batches_open");
    private static readonly Statement Hold = Statement.Load("batches_hold");
    private static readonly Statement FindChunk = Statement.Load("batch_chunks_find");
    private static readonly Statement InsertChunk = Statement.Load("batch_chunks_insert");
    private static readonly Statement Lock = Statement.Load("batch_chunks_lock");

    /// <param name="shared">What stands once for all items, of later chunks, too: JSON in UTF-8, or empty.</param>
    /// <param name="claim">The caller's key, and what is kept under it.</param>
    /// <returns>The batch and what became of its first items, or null when the key was used meanwhile.</returns>
    public async Task<(Guid Batch, ChunkOutcome.Stored First)?> OpenAsync(
        Caller caller, string? reference, ReadOnlyMemory<byte> shared, BatchChunk first, bool isComplete, string? traceParent, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        using var reserved = await quotas.BeginAsync(caller, first.Items.Count, cancellationToken);
        var (id, prepared) = (ids.Next(), await PrepareAsync(caller, first, reserved, traceParent, cancellationToken));
        return await RepeatAsync<(Guid, ChunkOutcome.Stored)?>(async () =>
        {
            await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ScopeAsync(connection, transaction, caller.Tenant, cancellationToken);
            var open = Open.With(
                Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("id", id), Parameter.Of("account", caller.Id), Parameter.Of("live", caller.Live),
                Parameter.OrNull("reference", reference), Parameter.OrNull("shared", shared.IsEmpty ? null : Encoding.UTF8.GetString(shared.Span)),
                Parameter.Of("now", time.GetUtcNow()), Parameter.Of("is_complete", isComplete));
            await using (var command = open.On(connection))
                await command.ExecuteNonQueryAsync(cancellationToken);
            var (stored, outcomes) = await StoreAsync(connection, caller, id, first, prepared, cancellationToken);
            if (!await KeepAsync(connection, caller.Tenant, claim, id, stored, cancellationToken))
                return null;
            await transaction.CommitAsync(cancellationToken);
            notifications.Announce(prepared.Good, outcomes);
            reserved?.Keep(prepared.Good, outcomes);
            return (id, stored);
        });
    }

    /// <param name="isFinal">It is the last one: the batch is complete with it.</param>
    /// <param name="claim">The caller's key, and what is kept under it.</param>
    public async Task<ChunkOutcome> AddAsync(Caller caller, Guid batch, BatchChunk chunk, bool isFinal, string? traceParent, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        using var reserved = await quotas.BeginAsync(caller, chunk.Items.Count, cancellationToken);
        var prepared = await PrepareAsync(caller, chunk, reserved, traceParent, cancellationToken);
        var outcome = await RepeatAsync<ChunkOutcome>(() => AddAsync(caller, batch, chunk, prepared, reserved, claim, cancellationToken));
        // Dies before this: the same sequence or key again finds its response, and completes the batch.
        if (isFinal && outcome is ChunkOutcome.Stored)
            await batches.CloseAsync(caller.Tenant, batch, BatchState.Complete, cancellationToken);
        return outcome;
    }

    private async Task<ChunkOutcome> AddAsync(Caller caller, Guid batch, BatchChunk chunk, Checked prepared, QuotaReservation? reserved, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ScopeAsync(connection, transaction, caller.Tenant, cancellationToken);
        // Two with one sequence at once: the second waits here, and then finds what the first one was answered.
        await LockAsync(connection, $"{batch}:{chunk.Sequence}", cancellationToken);
        if (await FindAsync(connection, caller.Tenant, batch, chunk, cancellationToken) is { } before)
        {
            // The key identifies this chunk from now on, even though the chunk came without it or under another one.
            if (before is ChunkOutcome.Stored known && !await KeepAsync(connection, caller.Tenant, claim, batch, known, cancellationToken))
                return new ChunkOutcome.KeyTaken();
            await transaction.CommitAsync(cancellationToken);
            return before;
        }

        if (await HoldAsync(connection, caller, batch, cancellationToken) is { } refused)
            return refused;
        var (stored, outcomes) = await StoreAsync(connection, caller, batch, chunk, prepared, cancellationToken);
        if (!await KeepAsync(connection, caller.Tenant, claim, batch, stored, cancellationToken))
            return new ChunkOutcome.KeyTaken();
        await transaction.CommitAsync(cancellationToken);
        notifications.Announce(prepared.Good, outcomes);
        reserved?.Keep(prepared.Good, outcomes);
        return stored;
    }

    /// <param name="First">The first item's notification; the others follow by their index.</param>
    /// <param name="Good">What is to be stored.</param>
    /// <param name="Indexes">Of the good ones, among the items of the chunk.</param>
    /// <param name="Bad">What is not.</param>
    private sealed record Checked(NotificationId First, IReadOnlyList<AcceptedNotification> Good, IReadOnlyList<int> Indexes, IReadOnlyList<RejectedItem> Bad);

    private async Task<Checked> PrepareAsync(Caller caller, BatchChunk chunk, QuotaReservation? reserved, string? traceParent, CancellationToken cancellationToken)
    {
        var first = NotificationId.FirstOfMany(ids.Next());
        var found = await preparer.FindRecipientsAsync(caller.Tenant, caller.Live, chunk.Items.Select(item => item.Notification).OfType<NotificationRequest>(), cancellationToken);
        var (good, indexes, bad) = (new List<AcceptedNotification>(chunk.Items.Count), new List<int>(chunk.Items.Count), new List<RejectedItem>());
        var budget = new CheckBudget(time);
        var (named, stored) = (0, 0L);
        for (var i = 0; i < chunk.Items.Count; i++)
        {
            var item = chunk.Items[i];
            if (item.Notification is null || budget.IsSpent)
            {
                bad.Add(Rejected(i, item.Notification is null ? item.Issues : [CheckBudget.Issue], ref named));
                continue;
            }

            budget.Begin();
            var (prepared, issues) = await preparer.PrepareAsync(caller, item.Notification, first.At(i), found, reserved, cancellationToken);
            budget.End();
            if (prepared is null)
            {
                bad.Add(Rejected(i, issues, ref named));
            }
            else if ((stored += prepared.Request.Size) > MaxStored)
            {
                bad.Add(Rejected(i, [TooMuch], ref named));
            }
            else
            {
                good.Add(AcceptedNotification.Of(caller, prepared, item.Key is null ? null : Entry(caller, item, prepared.Id), traceParent));
                indexes.Add(i);
            }
        }

        return new Checked(first, good, indexes, bad);
    }

    private static async Task<(ChunkOutcome.Stored Stored, IReadOnlyList<AcceptOutcome> Outcomes)> StoreAsync(
        NpgsqlConnection connection, Caller caller, Guid batch, BatchChunk chunk, Checked items, CancellationToken cancellationToken)
    {
        var outcomes = items.Good.Count == 0 ? [] : await NotificationStore.AcceptAsync(connection, items.Good, batch, cancellationToken);
        var response = ResponseTo(items, outcomes);
        await using var command = InsertChunk.With(
            Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("batch", batch), Parameter.Of("sequence", chunk.Sequence), Parameter.Of("fingerprint", chunk.Fingerprint),
            Parameter.Of("first_id", items.First.Value), Parameter.Of("items", chunk.Items.Count), Parameter.Of("accepted", response.Accepted),
            Parameter.Of("rejected", response.Rejected.Count), Parameter.Of("repeated", response.Repeated.Count),
            Parameter.Of("response", ReadableJson.Text(response, ChunkJson.Default.ChunkResult))).On(connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
            throw new InvalidOperationException("the sequence was taken under its lock");
        return (new ChunkOutcome.Stored(items.First, chunk.Items.Count, response, IsReplay: false), outcomes);
    }

    private static ChunkResult ResponseTo(Checked items, IReadOnlyList<AcceptOutcome> outcomes)
    {
        var (accepted, rejected, repeated) = (0, items.Bad.ToList(), new List<RepeatedItem>());
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i] is AcceptOutcome.Accepted)
                accepted++;
            else if (outcomes[i] is AcceptOutcome.Replayed replayed && KeptId.In(replayed.Before) is { } id)
                repeated.Add(new RepeatedItem(items.Indexes[i], id));
            else
                rejected.Add(new RejectedItem(items.Indexes[i], [KeyUsed]));
        }

        return new ChunkResult(accepted, [.. rejected.OrderBy(item => item.Index)], repeated);
    }

    private static async Task<ChunkOutcome?> FindAsync(
        NpgsqlConnection connection, TenantId tenant, Guid batch, BatchChunk chunk, CancellationToken cancellationToken)
    {
        await using var command = FindChunk.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("batch", batch), Parameter.Of("sequence", chunk.Sequence)).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return RequestFingerprint.AreSame(reader.GetFieldValue<byte[]>(OfChunk.Fingerprint), chunk.Fingerprint)
            ? new ChunkOutcome.Stored(
                new NotificationId(reader.GetGuid(OfChunk.FirstId)), reader.GetInt32(OfChunk.Items), JsonSerializer.Deserialize(reader.GetString(OfChunk.Response), ChunkJson.Default.ChunkResult) ?? throw new InvalidOperationException("no answer"), IsReplay: true)
            : new ChunkOutcome.SequenceTaken();
    }

    /// <summary>Null: it is open, and stays so until the transaction ends.</summary>
    private static async Task<ChunkOutcome?> HoldAsync(NpgsqlConnection connection, Caller caller, Guid batch, CancellationToken cancellationToken)
    {
        await using var command = Hold.With(Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("id", batch)).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return new ChunkOutcome.NotFound();
        if ((BatchState)reader.GetInt16(Held.State) is var state && state != BatchState.Open)
            return new ChunkOutcome.Closed(state);
        return reader.GetBoolean(Held.Live) == caller.Live ? null : new ChunkOutcome.OtherMode();
    }

    /// <summary>False: the key was taken. There is nothing to keep without one.</summary>
    private static async Task<bool> KeepAsync(
        NpgsqlConnection connection, TenantId tenant, IdempotencyClaim? claim, Guid batch, ChunkOutcome.Stored stored, CancellationToken cancellationToken) =>
        claim is null || await IdempotencyKeys.KeepAsync(connection, tenant, claim.KeyHash, claim.Fingerprint, 202, claim.Response(batch, stored), claim.Days, cancellationToken);

    /// <summary>Another chunk may hold what this one waits for, and the other way round: one of the two is given up, and does it all again.</summary>
    private static async Task<T> RepeatAsync<T>(Func<Task<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (attempt < MaxTries && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // Nothing of it is stored.
            }
        }
    }

    private static IdempotencyEntry Entry(Caller caller, BatchItem item, NotificationId id) => new(
        IdempotencyKeys.Hash(item.Key!, caller.Live), RequestFingerprint.Of($"{ItemRoute} {item.Shared}", caller.Tenant, item.Utf8.Span), KeptId.Of(id));

    /// <param name="index">Of the item.</param>
    /// <param name="issues">What is wrong with it.</param>
    /// <param name="named">Errors of items before it that are named.</param>
    private static RejectedItem Rejected(int index, IReadOnlyList<RequestIssue> issues, ref int named)
    {
        var errors = issues.Take(Math.Max(1, MaxErrors - named)).Select(ItemError.Of).ToArray();
        named += errors.Length;
        return new RejectedItem(index, errors);
    }

    private static async Task ScopeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(tenant) } };
        await scope.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task LockAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = Lock.With(Parameter.Of("chunk", name)).On(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static class OfChunk
    {
        public static readonly Column
            Fingerprint = FindChunk.Column("fingerprint"), FirstId = FindChunk.Column("first_id"), Items = FindChunk.Column("items"),
            Response = FindChunk.Column("response");
    }

    private static class Held
    {
        public static readonly Column
            State = Hold.Column("state"), Live = Hold.Column("live");
    }
}

/// <summary>The caller's key for opening a batch, or for one of its chunks.</summary>
/// <param name="Response">What is kept under it: the response, JSON in UTF-8.</param>
public sealed record IdempotencyClaim(byte[] KeyHash, byte[] Fingerprint, Func<Guid, ChunkOutcome.Stored, byte[]> Response)
{
    /// <summary>For how long it is kept.</summary>
    public int Days { get; init; } = IdempotencyEntry.UsualDays;
}
