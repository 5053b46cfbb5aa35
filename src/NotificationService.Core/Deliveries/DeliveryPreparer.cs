using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Devices;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Templates;
using NotificationService.Tenants;
using static NotificationService.Deliveries.PreparationOutcome;

namespace NotificationService.Deliveries;

/// <summary>Makes claimed deliveries ready to be called for: loads, renders, chooses the provider. What cannot be called ends here with its reason.</summary>
internal sealed class DeliveryPreparer(
    NotificationLoader loader, ChainReader chainReader, TemplateCatalog templates, TenantSettingsCache tenants, ProviderRouter router, SendCapacity capacity, Heartbeats heartbeats, ILogger<DeliveryPreparer> logger)
{
    private static readonly TimeSpan PauseWithoutDatabase = TimeSpan.FromSeconds(1);

    // Claims go on while these are refused, and nothing is sent. Only what the database refuses counts: what one delivery holds is its tenant's own.
    private readonly Step load = heartbeats.Step("delivery_load");
    private readonly Step prepare = heartbeats.Step("delivery_prepare");

    /// <summary>One outcome for each, in their order. Never throws: one that cannot be prepared must not take the others with it.</summary>
    public async IAsyncEnumerable<PreparationOutcome> PrepareAsync(IReadOnlyList<ClaimedDelivery> claimed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (loaded, isOfTheDatabase) = await LoadAsync(claimed, cancellationToken);
        var wasRefused = false;
        foreach (var delivery in claimed)
        {
            if (loaded is null)
            {
                yield return isOfTheDatabase ? Later(delivery, "not_loaded", "its notification could not be read") : new Failed(delivery);
                continue;
            }

            var (outcome, refused) = await TryPrepareAsync(delivery, loaded, cancellationToken);
            wasRefused |= refused;
            yield return outcome;
        }

        if (loaded is not null && !wasRefused)
            prepare.Succeed();
    }

    private static bool IsOfTheDatabase(Exception exception) => DatabaseFailures.Of(exception) is var failure && (failure.IsOfTheDatabase() || failure is DatabaseFailure.Cancelled);

    /// <summary>Not at once: it would come straight back.</summary>
    private static Ended Later(ClaimedDelivery delivery, string code, string message) =>
        new(DeliveryTransitions.PutOff(delivery, PauseWithoutDatabase, code, message, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims)));

    /// <summary>Null when it failed, and whether the database did.</summary>
    private async Task<(Loaded? Loaded, bool IsOfTheDatabase)> LoadAsync(IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken)
    {
        try
        {
            var notifications = await loader.LoadAsync(claimed, cancellationToken);
            var chains = await chainReader.ReadAsync(claimed, notifications, cancellationToken);
            await router.RefreshAsync(claimed.Select(delivery => (delivery.Tenant, delivery.Channel)), cancellationToken);
            await tenants.LoadAsync(claimed.Select(delivery => delivery.Tenant), cancellationToken);
            load.Succeed();
            return (new Loaded(notifications, chains), false);
        }
        catch (Exception exception) when (IsOfTheDatabase(exception))
        {
            load.Fail(Outage.Reason(exception));
            logger.StepFailed("load", Outage.Reason(exception));
            return (null, true);
        }
#pragma warning disable CA1031 // whatever went wrong is said here, and the leases end
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.StepFailed("load", exception.GetType().Name);
            return (null, false);
        }
    }

    /// <summary>How it ended, and whether it was the database that refused.</summary>
    private async ValueTask<(PreparationOutcome Outcome, bool WasRefused)> TryPrepareAsync(ClaimedDelivery delivery, Loaded loaded, CancellationToken cancellationToken)
    {
        try
        {
            var notification = loaded.Notifications.GetValueOrDefault(delivery.Id.Notification);
            return (await PrepareAsync(delivery, notification, loaded.Chains.GetValueOrDefault(delivery.Id.Notification), cancellationToken), false);
        }
        catch (Exception exception) when (IsOfTheDatabase(exception))
        {
            prepare.Fail(Outage.Reason(exception));
            logger.StepFailed("prepare", Outage.Reason(exception));
            return (Later(delivery, "not_prepared", "its template or provider could not be read"), true);
        }
        catch (TemplateUnreadableException exception)
        {
            return (new Ended(DeliveryTransitions.Unrenderable(delivery, TemplateUnreadableException.Code, exception.Message, delivery.Lease.Now)), false);
        }
#pragma warning disable CA1031 // one delivery that cannot be prepared must not take the others with it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.PreparationThrew(delivery.Id.Value, exception.GetType().Name);
            return (new Failed(delivery), false);
        }
    }

    private async ValueTask<PreparationOutcome> PrepareAsync(ClaimedDelivery delivery, StoredNotification? notification, List<ChainLink>? chain, CancellationToken cancellationToken)
    {
        var now = delivery.Lease.Now;
        if (delivery.ExpiresAt is { } end && end <= now)
            return new Ended(DeliveryTransitions.Expire(delivery, now));
        if (notification is null)
            return new Ended(DeliveryTransitions.Unrenderable(delivery, "content_gone", "its notification is no longer kept", now));
        if (notification.IsCancelled)
            return new Ended(DeliveryTransitions.CancelWithBatch(delivery, now));
        if (notification.IsHeld)
            return new Ended(DeliveryTransitions.Hold(delivery, now));
        if (notification.Fallback is { } rule && chain is not null)
        {
            switch (FallbackChain.Decide(delivery, chain, rule, now))
            {
                case ChainDecision.NotNeeded notNeeded:
                    return new Ended(DeliveryTransitions.NotNeeded(delivery, notNeeded.Message, now));
                case ChainDecision.Wait wait:
                    return new Ended(DeliveryTransitions.WaitForChain(delivery, wait.Until, wait.Message, now));
            }
        }

        var template = notification is { TemplateId: { } id, TemplateVersion: { } version }
            ? await templates.LoadAsync(delivery.Tenant, id, version, cancellationToken)
            : null;
        var brand = template is { NamesBrand: true } ? BrandModel.Of((await tenants.GetAsync(delivery.Tenant, cancellationToken)).Brand) : null;
        switch (MessageComposer.Compose(delivery, notification, template, brand))
        {
            case Composition.Unusable unusable:
                return new Ended(DeliveryTransitions.Unrenderable(delivery, unusable.Code, unusable.Message, now));
            case Composition.NoAddress:
                return new Ended(DeliveryTransitions.WithoutAddress(delivery, now));
            case Composition.Ready { Message: var composed }:
                // What a device has already goes on to the others: to stop there would not take it back.
                if (delivery.Devices is null && await AgainstAsync(delivery, composed, notification, now, cancellationToken) is { } against)
                    return new Ended(against);
                var applying = SuppressionScopes.Applying(notification.Suppressed, notification.Category, notification.CategorySays);
                if (DeviceSelection.Of(delivery, composed, applying, now) is { } selection)
                    return await RouteAsync(delivery, notification, selection, now, cancellationToken);
                var (message, suppressed) = SuppressionCheck.Of(delivery.Channel, composed, applying);
                return message is null
                    ? new Ended(DeliveryTransitions.Suppress(delivery, suppressed!, now))
                    : await RouteAsync(delivery, notification, message, devices: null, cancellationToken);
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    /// <summary>What stands against sending it now, as it was asked when it was accepted; null for nothing.</summary>
    private async ValueTask<DeliveryResult?> AgainstAsync(ClaimedDelivery delivery, ChannelMessage message, StoredNotification notification, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (decision, reason) = SendDecision.Of(
            delivery.Channel, message.Addresses, notification.Suppressed, notification.Category, notification.CategorySays, notification.Preferences, notification.Topic, now);
        if (!decision.MaySend)
            return DeliveryTransitions.Suppress(delivery, reason!, now);
        if (notification.Preferences?.QuietHours is null)
            return null;
        var ofTenant = (await tenants.GetAsync(delivery.Tenant, cancellationToken)).Timezone;
        return SendDecision.QuietUntil(delivery.Id, decision, notification.Preferences, notification.Recipient.Timezone, ofTenant, now) is var (until, quiet)
            ? DeliveryTransitions.WaitForQuiet(delivery, until, quiet, now)
            : null;
    }

    /// <summary>Of several devices only those whose turn it is.</summary>
    private async ValueTask<PreparationOutcome> RouteAsync(
        ClaimedDelivery delivery, StoredNotification notification, DeviceSelection selection, DateTimeOffset now, CancellationToken cancellationToken) => selection switch
        {
            DeviceSelection.Call call => await RouteAsync(delivery, notification, call.Message, call.States, cancellationToken),
            DeviceSelection.Wait wait => new Ended(DeliveryTransitions.PutOff(delivery, wait.Until - now, "devices_waiting", "its devices are not to be called yet", now, jitter: 0)),
            DeviceSelection.Suppressed suppressed => new Ended(DeliveryTransitions.Suppress(delivery, suppressed.Reason, now)),
            _ => throw new InvalidOperationException("a closed set"),
        };

    private async ValueTask<PreparationOutcome> RouteAsync(
        ClaimedDelivery delivery, StoredNotification notification, ChannelMessage message, DeviceStates? devices, CancellationToken cancellationToken)
    {
        if (!capacity.TryHold(delivery.Id, message))
        {
            return new Ended(DeliveryTransitions.PutOff(
                delivery, MessageMemory.LookAgainIn, MessageMemory.Code, "the worker holds as many large messages as it may", delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims)));
        }

        var (route, all) = await router.ChooseAsync(
            delivery.Tenant, delivery.Channel, notification.Live, delivery.LastProvider, Jitter.Bits(delivery.Id, 0), cancellationToken);
        if (notification.Live)
            capacity.Served(new LaneId(delivery.Tenant, delivery.Channel), all);
        switch (route)
        {
            case Route.To { Provider.SenderDomain: { } domain } when !(await tenants.GetAsync(delivery.Tenant, cancellationToken)).AllowsSender(domain):
                return new Ended(DeliveryTransitions.ForbiddenSender(delivery, domain, delivery.Lease.Now));
            case Route.To to:
                _ = ActivityContext.TryParse(notification.TraceParent, null, isRemote: true, out var trace);
                return new Ready(new PreparedDelivery(delivery, message, to, notification.Category, trace) { Devices = devices, Metadata = notification.Metadata, IsMarketing = notification.CategorySays.Marketing });
            case Route.Later later:
                // What waits for an account stays due, because the claim holds its lane: once the account works nothing has to be brought forward.
                return new Ended(DeliveryTransitions.PutOff(
                    delivery, later.Code == Route.Later.SuspendedCode ? TimeSpan.Zero : later.In, later.Code, later.Message, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Claims)));
            default:
                return new Ended(DeliveryTransitions.NoProvider(delivery, delivery.Lease.Now, Jitter.Fraction(delivery.Id, delivery.Attempts)));
        }
    }

    private sealed record Loaded(IReadOnlyDictionary<NotificationId, StoredNotification> Notifications, IReadOnlyDictionary<NotificationId, List<ChainLink>> Chains);
}
