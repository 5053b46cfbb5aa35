using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>One of many requests that are handed in together. Each has a key: whoever hands in many may always have to do it again.</summary>
/// <param name="Notification">What is asked for.</param>
/// <param name="Idempotent">The key, what it was used for, and what it identifies.</param>
/// <param name="KeptDays">For how long the key is kept.</param>
/// <param name="TraceParent">The trace that it belongs to.</param>
public sealed record BundleRequest(NotificationRequest Notification, IdempotentRequest Idempotent, int KeptDays, string? TraceParent);

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

    /// <summary>The key identifies another request.</summary>
    public sealed record KeyMismatch : BundleOutcome;

    /// <summary>Nothing of it is stored: these fields are wrong.</summary>
    public sealed record Invalid(IReadOnlyList<RequestIssue> Issues) : BundleOutcome;
}

/// <summary>Takes many requests of one caller that have nothing to do with each other, in one commit, in their order.</summary>
/// <remarks>
/// 1 check, bind and plan each → 2 store the good ones with their keys in one transaction, under ids that follow each other → 3 wake the
/// workers. Dies before 2's commit: nothing exists. After it: the same keys find what they identify.
/// </remarks>
public sealed class BundleIntake(NotificationPreparer preparer, IdempotencyKeys keys, BundleWriter bundles, NotificationMetrics metrics, Database database, Ids ids)
{
    public const int MaxTogether = 5_000;

    private const int MaxTries = 4;

    /// <exception cref="NpgsqlException">Nothing is stored, or nobody knows; to repeat it is safe.</exception>
    public async Task<IReadOnlyList<BundleOutcome>> AcceptAsync(Caller caller, IReadOnlyList<BundleRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Count, MaxTogether, nameof(requests));
        var first = NotificationId.FirstOfMany(ids.Next());
        var found = await preparer.FindRecipientsAsync(caller.Tenant, requests.Select(request => request.Notification), cancellationToken);
        var prepared = new (PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)[requests.Count];
        for (var i = 0; i < prepared.Length; i++)
            prepared[i] = await preparer.PrepareAsync(caller.Tenant, requests[i].Notification, first.At(i), found, cancellationToken);

        var good = new List<BundleItem>(requests.Count);
        for (var i = 0; i < prepared.Length; i++)
        {
            if (prepared[i].Prepared is { } item)
                good.Add(new BundleItem(i, item, Entry(caller.Tenant, requests[i], item)) { TraceParent = requests[i].TraceParent });
        }

        var outcomes = new BundleOutcome[requests.Count];
        await RefuseAsync(caller.Tenant, requests, prepared, outcomes, cancellationToken);
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
        TenantId tenant, IReadOnlyList<BundleRequest> requests, (PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)[] prepared, BundleOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var bad = Enumerable.Range(0, requests.Count).Where(i => prepared[i].Prepared is null).ToList();
        if (bad.Count == 0)
            return;
        var before = await keys.FindAsync(bad.Select(i => (tenant, requests[i].Idempotent.KeyHash)), cancellationToken);
        foreach (var i in bad)
        {
            if (before.TryGetValue((tenant, Convert.ToHexString(requests[i].Idempotent.KeyHash)), out var response))
            {
                outcomes[i] = response.Fingerprint.AsSpan().SequenceEqual(Fingerprint(tenant, requests[i])) ? Repeat() : Mismatch();
                continue;
            }

            metrics.Invalid();
            outcomes[i] = new BundleOutcome.Invalid(prepared[i].Issues);
        }
    }

    private async Task<IReadOnlyList<TakenKey>> StoreAsync(Caller caller, IReadOnlyList<BundleItem> items, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
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
            catch (Exception exception) when (attempt < MaxTries && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // Nothing of it is stored.
            }
        }
    }

    private static IdempotencyEntry Entry(TenantId tenant, BundleRequest request, PreparedNotification prepared) => new(
        request.Idempotent.KeyHash, Fingerprint(tenant, request), ReadableJson.Utf8(AcceptedResponse.Of(prepared), AcceptedJson.Default.AcceptedResponse))
    {
        Days = request.KeptDays,
    };

    private static byte[] Fingerprint(TenantId tenant, BundleRequest request) => RequestFingerprint.Of(request.Idempotent.Route, tenant, request.Idempotent.Body.Span);

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
