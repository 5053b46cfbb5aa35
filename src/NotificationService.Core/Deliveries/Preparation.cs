using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>
/// Prepares claimed deliveries together, except those that were lost with their workers before: each of these alone, and counted before it begins.
/// So a delivery that kills the process is the only one that is blamed for it, and those that were beside it are sent.
/// </summary>
internal sealed class Preparation(DeliveryPreparer preparer, DeliveryStore store, Heartbeats heartbeats, ILogger<Preparation> logger)
{
    private readonly SharedOrAlone turns = new();

    // Only few are prepared alone, and everything else goes on without them.
    private readonly Step isolate = heartbeats.Maintenance("delivery_isolate");

    /// <summary>One outcome for each, as soon as it is known.</summary>
    public async IAsyncEnumerable<PreparationOutcome> RunAsync(IReadOnlyList<ClaimedDelivery> claimed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ClaimedDelivery> suspects = [.. claimed.Where(IsSuspect)];
        if (suspects.Count < claimed.Count)
        {
            IReadOnlyList<ClaimedDelivery> others = suspects.Count == 0 ? claimed : [.. claimed.Where(delivery => !IsSuspect(delivery))];
            using (await turns.ShareAsync(cancellationToken))
            {
                await foreach (var outcome in preparer.PrepareAsync(others, cancellationToken))
                    yield return outcome;
            }
        }

        if (suspects.Count > 0)
        {
            using (await turns.AloneAsync(cancellationToken))
            {
                foreach (var suspect in suspects)
                    yield return await RunAloneAsync(suspect, cancellationToken);
            }
        }
    }

    private static bool IsSuspect(ClaimedDelivery delivery) => delivery.Rescues >= DeliveryTransitions.MaxLossesInCompany;

    /// <summary>1 counted as lost, 2 prepared, 3 taken back, 4 handed on. Dies between 1 and 3: it is lost once more, and alone.</summary>
    private async Task<PreparationOutcome> RunAloneAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        PreparationOutcome outcome = new PreparationOutcome.Failed(delivery);
        try
        {
            if (await store.IsolateAsync(delivery, delivery.Rescues + 1, cancellationToken))
            {
                await foreach (var prepared in preparer.PrepareAsync([delivery], cancellationToken))
                    outcome = prepared;
                await store.IsolateAsync(delivery, DeliveryTransitions.MaxLossesInCompany, cancellationToken);
            }

            isolate.Succeed();
        }
#pragma warning disable CA1031 // whatever went wrong, the others follow
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Not counted, it is not prepared; not taken back, what it comes to is handed on all the same, and its result takes it back.
            if (!cancellationToken.IsCancellationRequested)
                isolate.Fail(Outage.Reason(exception));
            logger.StepFailed("isolate", Outage.Reason(exception));
        }

        return outcome;
    }
}
