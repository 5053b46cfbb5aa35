using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Batches;

/// <summary>Finds what was answered to a call with items under the call's own idempotency key, and ends what that call had begun.</summary>
public sealed class BatchReplays(IdempotencyKeys keys, BatchStore batches)
{
    /// <param name="caller">Whose key it is.</param>
    /// <param name="claim">The key; null where the caller sent none.</param>
    /// <param name="completes">The batch that takes no more items after this call; null where more may come.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the key identifies, which may be another request; null: it is new.</returns>
    public async Task<StoredResponse?> FindAsync(Caller caller, IdempotencyClaim? claim, Guid? completes, CancellationToken cancellationToken)
    {
        if (claim is null || await keys.FindAsync(caller.Tenant, claim.KeyHash, cancellationToken) is not { } before)
            return null;
        // The process may have died after the chunk's commit, before it completed the batch.
        if (completes is { } batch && before.IsTo(claim.Fingerprint))
            await batches.CloseAsync(caller.Tenant, batch, BatchState.Complete, cancellationToken);
        return before;
    }
}
