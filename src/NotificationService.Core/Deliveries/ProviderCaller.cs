using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Devices;
using NotificationService.Inbox;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>Makes one call and turns whatever comes of it into a result. The worker is the only one who tries again; a provider never does.</summary>
internal sealed class ProviderCaller(DeliveryMetrics metrics, SuspensionStore suspension, OptOutLinks links, DeliveryOptions options, TimeProvider time, ILogger<ProviderCaller> logger)
{
    /// <summary>A provider ends by itself within the deadline; this much later we no longer believe it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public async Task<DeliveryResult> CallAsync(StartedDelivery started)
    {
        var (delivery, provider, all) = (started.Prepared.Claim, started.Prepared.Provider, started.Prepared.Route.All);
        using var activity = Telemetry.Telemetry.Activities.StartActivity("deliver", ActivityKind.Client, started.Prepared.Trace);
        activity?.SetTag("notification.channel", delivery.Channel.ToName()).SetTag("notification.delivery", delivery.Id.ToString()).SetTag("notification.provider", provider.Type);

        var began = time.GetTimestamp();
        metrics.CallBegins(delivery, delivery.Lease.Now - delivery.DueAt);
        var result = await SendAsync(started.Prepared);
        var took = time.GetElapsedTime(began);
        metrics.CallEnds(delivery.Channel, provider.Type, result, took);
        var wasSuspended = provider.Limiter.Suspension is not null;
        provider.Limiter.Leave(result, took);
        if (provider.Revision > 0 && !UnusableProvider.IsOfThisProcess(result) && (result is ProviderResult.Deferred { Cause: DeferralCause.Credentials } || (wasSuspended && provider.Limiter.Suspension is null)))
            _ = NotifyAsync(delivery.Tenant, provider);
        activity?.SetTag("notification.outcome", result.GetType().Name);
        var (others, jitter) = (new Alternatives(all.Count, ProviderRouter.HasAnother(all, provider.Id)), Jitter.Fraction(delivery.Id, delivery.Attempts + 1));
        var written = started.Prepared is { Devices: { } devices, Message.Addresses: var called }
            ? DeviceTransitions.AfterCall(delivery, devices, called, result, provider.Id, others, started.StartedAt, delivery.Lease.Now, jitter)
            : DeliveryTransitions.AfterCall(delivery, result, provider.Id, others, started.StartedAt, delivery.Lease.Now, jitter);
        if (written.Attempt is { Outcome: AttemptOutcome.Accepted } attempt && started.Prepared.Message.BilledText is { } text)
            written = written with { Attempt = attempt with { Segments = attempt.Segments ?? SmsSegments.Count(text), Encoding = SmsSegments.EncodingOf(text) } };
        // A sandbox leaves nothing.
        if (written.Status == DeliveryStatus.Delivered && provider.Type == ProviderInstances.InAppType && started.Prepared.Message.LeavesInInbox is { } left)
            written = written with { Item = new ArrivingItem(left.UserId, left.Title, left.Body, left.ActionUrl, left.Actions, started.Prepared.Category, started.Prepared.Metadata) };
        return written with
        {
            DeadAddresses = SuppressionCheck.DeadIn(started.Prepared.Message, result, all.Count == 1),
            DeadFor = SuppressionCheck.ReasonOf(started.Prepared.Message, result),
            DeadScope = SuppressionCheck.ScopeOf(result),
        };
    }

    /// <summary>What this worker learned of a provider's account, all shall know. Should it not be written, the next call reports it again.</summary>
    private async Task NotifyAsync(TenantId tenant, ConfiguredProvider provider)
    {
        try
        {
            if (provider.Limiter.Suspension is not { } why)
            {
                await suspension.LiftAsync(tenant, provider.Id, CancellationToken.None);
                logger.ProviderWorksAgain(provider.Id, provider.Type);
            }
            else if (await suspension.SuspendAsync(tenant, provider, why, CancellationToken.None))
            {
                metrics.Suspended(provider.Type);
                logger.ProviderSuspended(provider.Id, provider.Type, why.Code);
            }
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            logger.StepFailed("park", Outage.Reason(exception));
        }
    }

    private string? UnsubscribeUrlOf(PreparedDelivery prepared) => prepared is { IsMarketing: true, Message: { TakesUnsubscribeLink: true, Channel: var channel, Addresses: [var address] } }
        ? links.UrlOf(new OptOutLink(prepared.Claim.Tenant, channel, Suppression.Normalize(channel, address), prepared.Category))
        : null;

    private async Task<ProviderResult> SendAsync(PreparedDelivery prepared)
    {
        try
        {
            var call = new ProviderCall(prepared.Claim.Id, prepared.Claim.Attempts + 1, prepared.Message, prepared.Category, prepared.Claim.Priority, prepared.Claim.ExpiresAt, options.CallTimeout)
            {
                UnsubscribeUrl = UnsubscribeUrlOf(prepared),
            };
            // Not cancelled on shutdown: a call that was begun is waited for, so that its outcome is known.
            return await prepared.Provider.Provider.SendAsync(call, CancellationToken.None).WaitAsync(options.CallTimeout + Grace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return new ProviderResult.Ambiguous("timeout", "the provider did not answer in time");
        }
#pragma warning disable CA1031 // whatever a provider throws, nobody knows how far the call had come
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.ProviderThrew(prepared.Provider.Type, exception.GetType().Name, prepared.Claim.Id.Value);
            return new ProviderResult.Ambiguous("provider_error", "the call ended in an unexpected error");
        }
    }
}
