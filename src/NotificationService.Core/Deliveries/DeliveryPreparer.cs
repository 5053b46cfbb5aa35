using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Devices;
using NotificationService.Telemetry;
using NotificationService.Templates;

namespace NotificationService.Deliveries;

/// <summary>Makes claimed deliveries ready to be called for: loads, renders, chooses the provider. What cannot be called ends here with its reason.</summary>
internal sealed class DeliveryPreparer(
    NotificationLoader loader, ChainReader chainReader, TemplateCatalog templates, ProviderRouter router, Lanes lanes, MessageMemory memory, Heartbeats heartbeats, ILogger<DeliveryPreparer> logger)
{
    private static readonly TimeSpan PauseWithoutDatabase = TimeSpan.FromSeconds(1);

    // Claims go on while these are refused, and nothing is sent. Only what the database refuses counts: what one delivery holds is its tenant's own.
    private readonly Step load = heartbeats.Step("delivery_load");
    private readonly Step prepare = heartbeats.Step("delivery_prepare");

    /// <summary>Each claimed delivery is given to exactly one of the two, or to neither when preparing it threw: then its lease ends and it is taken back.</summary>
    public async Task PrepareAsync(
        IReadOnlyList<ClaimedDelivery> claimed, Action<PreparedDelivery> ready, Action<DeliveryResult> ended, Action<ClaimedDelivery> abandoned, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Notifications.NotificationId, StoredNotification> notifications;
        IReadOnlyDictionary<Notifications.NotificationId, List<ChainLink>> chains;
        try
        {
            notifications = await loader.LoadAsync(claimed, cancellationToken);
            chains = await chainReader.ReadAsync(claimed, notifications, cancellationToken);
            load.Succeed();
        }
        catch (Exception exception) when (IsOfTheDatabase(exception))
        {
            load.Fail(Outage.Reason(exception));
            logger.StepFailed("load", Outage.Reason(exception));
            foreach (var delivery in claimed)
                ended(Later(delivery, "not_loaded", "its notification could not be read"));
            return;
        }
#pragma warning disable CA1031 // nobody waits for this task: whatever went wrong is said here, and the leases end
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("load", exception.GetType().Name);
            foreach (var delivery in claimed)
                abandoned(delivery);
            return;
        }

        var wasRefused = false;
        foreach (var delivery in claimed)
        {
            try
            {
                var notification = notifications.GetValueOrDefault(delivery.Id.Notification);
                if (await PrepareAsync(delivery, notification, chains.GetValueOrDefault(delivery.Id.Notification), cancellationToken) is (var prepared, var result))
                {
                    if (prepared is not null)
                        ready(prepared);
                    else
                        ended(result!);
                }
            }
            catch (Exception exception) when (IsOfTheDatabase(exception))
            {
                wasRefused = true;
                prepare.Fail(Outage.Reason(exception));
                logger.StepFailed("prepare", Outage.Reason(exception));
                ended(Later(delivery, "not_prepared", "its template or provider could not be read"));
            }
            catch (TemplateUnreadableException exception)
            {
                ended(DeliveryTransitions.Unrenderable(delivery, TemplateUnreadableException.Code, exception.Message, delivery.Lease.Now));
            }
#pragma warning disable CA1031 // one delivery that cannot be prepared must not take the others with it
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.PreparationThrew(delivery.Id.Value, exception.GetType().Name);
                abandoned(delivery);
            }
        }

        if (!wasRefused)
            prepare.Succeed();
    }

    private static bool IsOfTheDatabase(Exception exception) => DatabaseFailures.Of(exception) is var failure && (failure.IsOfTheDatabase() || failure is DatabaseFailure.Cancelled);

    /// <summary>Not at once: it would come straight back.</summary>
    private static DeliveryResult Later(ClaimedDelivery delivery, string code, string message) =>
        DeliveryTransitions.PutOff(delivery, PauseWithoutDatabase, code, message, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims));

    private async ValueTask<(PreparedDelivery? Prepared, DeliveryResult? Ended)> PrepareAsync(
        ClaimedDelivery delivery, StoredNotification? notification, List<ChainLink>? chain, CancellationToken cancellationToken)
    {
        var now = delivery.Lease.Now;
        if (delivery.ExpiresAt is { } end && end <= now)
            return (null, DeliveryTransitions.Expire(delivery, now));
        if (notification is null)
            return (null, DeliveryTransitions.Unrenderable(delivery, "content_gone", "its notification is no longer kept", now));
        if (notification.IsCancelled)
            return (null, DeliveryTransitions.CancelWithBatch(delivery, now));
        if (notification.IsHeld)
            return (null, DeliveryTransitions.Hold(delivery, now));
        if (notification.Fallback is { } rule && chain is not null)
        {
            switch (FallbackChain.Decide(delivery, chain, rule, now))
            {
                case ChainDecision.NotNeeded notNeeded:
                    return (null, DeliveryTransitions.NotNeeded(delivery, notNeeded.Message, now));
                case ChainDecision.Wait wait:
                    return (null, DeliveryTransitions.WaitForChain(delivery, wait.Until, wait.Message, now));
            }
        }

        var template = notification is { TemplateId: { } id, TemplateVersion: { } version }
            ? await templates.LoadAsync(delivery.Tenant, id, version, cancellationToken)
            : null;
        switch (MessageComposer.Compose(delivery, notification, template))
        {
            case Composition.Unusable unusable:
                return (null, DeliveryTransitions.Unrenderable(delivery, unusable.Code, unusable.Message, now));
            case Composition.NoAddress:
                return (null, DeliveryTransitions.WithoutAddress(delivery, now));
            case Composition.Ready { Message: var composed }:
                if (DeviceSelection.Of(delivery, composed, notification.Suppressed, now) is { } selection)
                    return await RouteAsync(delivery, notification, selection, now, cancellationToken);
                var (message, suppressed) = SuppressionCheck.Of(delivery.Channel, composed, notification.Suppressed);
                return message is null
                    ? (null, DeliveryTransitions.Suppress(delivery, suppressed!, now))
                    : await RouteAsync(delivery, notification, message, devices: null, cancellationToken);
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    /// <summary>Of several devices only those whose turn it is.</summary>
    private async ValueTask<(PreparedDelivery? Prepared, DeliveryResult? Ended)> RouteAsync(
        ClaimedDelivery delivery, StoredNotification notification, DeviceSelection selection, DateTimeOffset now, CancellationToken cancellationToken) => selection switch
        {
            DeviceSelection.Call call => await RouteAsync(delivery, notification, call.Message, call.States, cancellationToken),
            DeviceSelection.Wait wait => (null, DeliveryTransitions.PutOff(delivery, wait.Until - now, "devices_waiting", "its devices are not to be called yet", now, jitter: 0)),
            DeviceSelection.Suppressed suppressed => (null, DeliveryTransitions.Suppress(delivery, suppressed.Reason, now)),
            _ => throw new InvalidOperationException("a closed set"),
        };

    private async ValueTask<(PreparedDelivery? Prepared, DeliveryResult? Ended)> RouteAsync(
        ClaimedDelivery delivery, StoredNotification notification, ChannelMessage message, DeviceStates? devices, CancellationToken cancellationToken)
    {
        if (!memory.TryHold(delivery.Id, message))
        {
            return (null, DeliveryTransitions.PutOff(
                delivery, MessageMemory.LookAgainIn, MessageMemory.Code, "the worker holds as many large messages as it may", delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims)));
        }

        var (route, all) = await router.ChooseAsync(
            delivery.Tenant, delivery.Channel, notification.Live, delivery.LastProvider, Jitter.Bits(delivery.Id, 0), cancellationToken);
        if (notification.Live)
            lanes.Served(new LaneId(delivery.Tenant, delivery.Channel), all);
        switch (route)
        {
            case Route.To to:
                _ = ActivityContext.TryParse(notification.TraceParent, null, isRemote: true, out var trace);
                return (new PreparedDelivery(delivery, message, to, notification.Category, trace) { Devices = devices }, null);
            case Route.Later later:
                // What waits for an account stays due, because the claim holds its lane: once the account works nothing has to be brought forward.
                return (null, DeliveryTransitions.PutOff(
                    delivery, later.Code == Route.Later.SuspendedCode ? TimeSpan.Zero : later.In, later.Code, later.Message, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims)));
            default:
                return (null, DeliveryTransitions.NoProvider(delivery, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Attempts)));
        }
    }
}
