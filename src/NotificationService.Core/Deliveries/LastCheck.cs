using Microsoft.Extensions.Logging;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>
/// What is looked at between the intent and the call. The process may have been stopped for a while since the intent was written, the database slow to answer,
/// or others' calls in front of it long.
/// </summary>
internal sealed class LastCheck(DeliveryStore store, SuspendedTenants suspended, DeliveryOptions options, TimeProvider time, ILogger<LastCheck> logger)
{
    /// <summary>Said of what was claimed before its tenant was suspended.</summary>
    public const string Suspended = "its tenant was suspended before a provider was called";

    /// <summary>Of those that are about to be written as begun, the ones whose tenant may not send.</summary>
    public async Task<IReadOnlySet<DeliveryId>> SuspendedAsync(IReadOnlyList<PreparedDelivery> deliveries)
    {
        var held = new HashSet<DeliveryId>();
        foreach (var delivery in deliveries)
        {
            if (await suspended.ContainsAsync(delivery.Claim.Tenant, CancellationToken.None))
                held.Add(delivery.Claim.Id);
        }

        return held;
    }

    /// <summary>Why it must not be called any more; null when it may be.</summary>
    public async ValueTask<string?> RefusalAsync(StartedDelivery delivery)
    {
        if (await IsBatchStoppedAsync(delivery))
            return "its batch was held or cancelled before a provider was called";
        if (time.GetElapsedTime(delivery.WrittenAt) >= BegunCalls.Unchecked && await suspended.ContainsAsync(delivery.Prepared.Claim.Tenant, CancellationToken.None))
            return Suspended;
        return delivery.Prepared.Claim.Lease.Left < options.LongestCall ? "the worker was held up before it called a provider" : null;
    }

    /// <summary>Of one that waited for its turn; nobody can say while the database is away, and then it is not called.</summary>
    private async ValueTask<bool> IsBatchStoppedAsync(StartedDelivery delivery)
    {
        if (delivery.Prepared.Claim.Batch is not { } batch || time.GetElapsedTime(delivery.WrittenAt) < BegunCalls.Unchecked)
            return false;
        try
        {
            return await store.IsStoppedAsync(delivery.Prepared.Claim.Tenant, batch, CancellationToken.None);
        }
#pragma warning disable CA1031 // whatever went wrong, it is given back and comes again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("look at its batch", Outage.Reason(exception));
            return true;
        }
    }
}
