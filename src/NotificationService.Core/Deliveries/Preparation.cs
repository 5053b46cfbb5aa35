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

    public async Task RunAsync(
        IReadOnlyList<ClaimedDelivery> claimed, Action<PreparedDelivery> ready, Action<DeliveryResult> ended, Action<ClaimedDelivery> abandoned, CancellationToken cancellationToken)
    {
        List<ClaimedDelivery> suspects = [.. claimed.Where(IsSuspect)];
        if (suspects.Count < claimed.Count)
        {
            IReadOnlyList<ClaimedDelivery> others = suspects.Count == 0 ? claimed : [.. claimed.Where(delivery => !IsSuspect(delivery))];
            await turns.ShareAsync(() => preparer.PrepareAsync(others, ready, ended, abandoned, cancellationToken), cancellationToken);
        }

        if (suspects.Count > 0)
        {
            await turns.AloneAsync(
                async () =>
                {
                    foreach (var suspect in suspects)
                        await RunAloneAsync(suspect, ready, ended, abandoned, cancellationToken);
                },
                cancellationToken);
        }
    }

    private static bool IsSuspect(ClaimedDelivery delivery) => delivery.Rescues >= DeliveryTransitions.MaxLossesInCompany;

    /// <summary>1 counted as lost, 2 prepared, 3 taken back, 4 handed on. Dies between 1 and 3: it is lost once more, and alone.</summary>
    private async Task RunAloneAsync(
        ClaimedDelivery delivery, Action<PreparedDelivery> ready, Action<DeliveryResult> ended, Action<ClaimedDelivery> abandoned, CancellationToken cancellationToken)
    {
        Action next = () => abandoned(delivery);
        try
        {
            if (await store.IsolateAsync(delivery, delivery.Rescues + 1, cancellationToken))
            {
                await preparer.PrepareAsync(
                    [delivery], prepared => next = () => ready(prepared), result => next = () => ended(result), left => next = () => abandoned(left), cancellationToken);
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

        next();
    }
}
