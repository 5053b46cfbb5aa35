using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>One of many drafts that are handed in together. Each has a key: whoever hands in many may always have to do it again.</summary>
/// <param name="Draft">What is asked for.</param>
/// <param name="Request">The key, what it was used for, and what it stands for.</param>
/// <param name="KeptDays">For how long the key is kept.</param>
/// <param name="TraceParent">The trace that it belongs to.</param>
public sealed record BundleDraft(NotificationDraft Draft, RepeatableRequest Request, int KeptDays, string? TraceParent);

/// <summary>What came of one of them.</summary>
public abstract record BundleOutcome
{
    private BundleOutcome()
    {
    }

    /// <summary>It is committed.</summary>
    public sealed record Accepted(NotificationId Id) : BundleOutcome;

    /// <summary>The same request had been accepted under this key.</summary>
    public sealed record Repeated : BundleOutcome;

    /// <summary>The key stands for another request.</summary>
    public sealed record KeyMismatch : BundleOutcome;

    /// <summary>Nothing of it is stored: these fields are wrong.</summary>
    public sealed record Invalid(IReadOnlyList<DraftIssue> Issues) : BundleOutcome;
}

/// <summary>Takes many drafts of one caller that have nothing to do with each other, in one commit, in their order.</summary>
/// <remarks>
/// 1 check, bind and plan each → 2 store the good ones with their keys in one transaction, under ids that follow each other → 3 wake the
/// workers. Dies before 2's commit: nothing exists. After it: the same keys find what they stand for.
/// </remarks>
public sealed class BundleIntake(NotificationPreparer preparer, IdempotencyKeys keys, BundleWriter bundles, NotificationMetrics metrics, Database database, Ids ids)
{
    public const int MostTogether = 5_000;

    private const int MostRounds = 4;

    /// <exception cref="NpgsqlException">Nothing is stored, or nobody knows; to repeat it is safe.</exception>
    public async Task<IReadOnlyList<BundleOutcome>> AcceptAsync(Caller caller, IReadOnlyList<BundleDraft> drafts, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drafts.Count, MostTogether, nameof(drafts));
        var first = NotificationId.FirstOfMany(ids.Next());
        var found = await preparer.FindRecipientsAsync(caller.Tenant, drafts.Select(draft => draft.Draft), cancellationToken);
        var prepared = new (PreparedNotification? Prepared, IReadOnlyList<DraftIssue> Issues)[drafts.Count];
        for (var i = 0; i < prepared.Length; i++)
            prepared[i] = await preparer.PrepareAsync(caller.Tenant, drafts[i].Draft, first.At(i), found, cancellationToken);

        var good = new List<BundleItem>(drafts.Count);
        for (var i = 0; i < prepared.Length; i++)
        {
            if (prepared[i].Prepared is { } item)
                good.Add(new BundleItem(i, item, Entry(caller.Tenant, drafts[i], item)) { TraceParent = drafts[i].TraceParent });
        }

        var outcomes = new BundleOutcome[drafts.Count];
        await RefuseAsync(caller.Tenant, drafts, prepared, outcomes, cancellationToken);
        if (good.Count == 0)
            return outcomes;

        var taken = (await StoreAsync(caller, good, cancellationToken)).ToDictionary(key => key.Index);
        foreach (var item in good)
        {
            outcomes[item.Index] = taken.TryGetValue(item.Index, out var key)
                ? key.Id is null ? Mismatch() : Repeat()
                : new BundleOutcome.Accepted(item.Prepared.Id);
        }

        if (taken.Count < good.Count)
            bundles.Announce(good.Where(item => !taken.ContainsKey(item.Index)).Select(item => item.Prepared));
        return outcomes;
    }

    /// <summary>What was accepted once stays so, even if by now it would be refused: its template withdrawn, its time past.</summary>
    private async Task RefuseAsync(
        TenantId tenant, IReadOnlyList<BundleDraft> drafts, (PreparedNotification? Prepared, IReadOnlyList<DraftIssue> Issues)[] prepared, BundleOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var bad = Enumerable.Range(0, drafts.Count).Where(i => prepared[i].Prepared is null).ToList();
        if (bad.Count == 0)
            return;
        var before = await keys.FindAsync(bad.Select(i => (tenant, drafts[i].Request.KeyHash)), cancellationToken);
        foreach (var i in bad)
        {
            if (before.TryGetValue((tenant, Convert.ToHexString(drafts[i].Request.KeyHash)), out var answer))
            {
                outcomes[i] = answer.Fingerprint.AsSpan().SequenceEqual(Fingerprint(tenant, drafts[i])) ? Repeat() : Mismatch();
                continue;
            }

            metrics.Invalid();
            outcomes[i] = new BundleOutcome.Invalid(prepared[i].Issues);
        }
    }

    private async Task<IReadOnlyList<TakenKey>> StoreAsync(Caller caller, IReadOnlyList<BundleItem> items, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(caller.Tenant) } })
                    await scope.ExecuteNonQueryAsync(cancellationToken);
                var taken = await BundleWriter.WriteAsync(connection, transaction, caller, batch: null, items, traceParent: null, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return taken;
            }
            catch (PostgresException exception) when (round < MostRounds && exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Nothing of it is stored.
            }
        }
    }

    private static IdempotencyEntry Entry(TenantId tenant, BundleDraft draft, PreparedNotification prepared) => new(
        draft.Request.KeyHash, Fingerprint(tenant, draft), ReadableJson.Utf8(AcceptedAnswer.Of(prepared), AcceptedJson.Default.AcceptedAnswer))
    {
        Days = draft.KeptDays,
    };

    private static byte[] Fingerprint(TenantId tenant, BundleDraft draft) => RequestFingerprint.Of(draft.Request.Route, tenant, draft.Request.Body.Span);

    private BundleOutcome.Repeated Repeat()
    {
        metrics.Replayed();
        return new BundleOutcome.Repeated();
    }

    private BundleOutcome.KeyMismatch Mismatch()
    {
        metrics.KeyMismatch();
        return new BundleOutcome.KeyMismatch();
    }
}
