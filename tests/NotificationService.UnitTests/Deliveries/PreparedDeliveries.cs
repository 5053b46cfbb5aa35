using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Deliveries;

/// <summary>Deliveries with a lease of 30 seconds, ready to be called for.</summary>
internal static class PreparedDeliveries
{
    /// <param name="number">By which a test knows it again: <see cref="ClaimedDelivery.Claims"/>.</param>
    /// <param name="limiter">Of its provider.</param>
    /// <param name="time">From now on it is leased.</param>
    public static PreparedDelivery Of(int number, ProviderLimiter limiter, TimeProvider time)
    {
        var lease = new Lease(Guid.NewGuid(), time, time.GetTimestamp(), time.GetUtcNow(), TimeSpan.FromSeconds(30));
        var claim = new ClaimedDelivery(
            new DeliveryId(Guid.NewGuid()), new TenantId(Guid.NewGuid()), Priority.Normal, Claims: number, Attempts: 0, RetriedFrom: 0, TimelineSeq: 1, Rescues: 0, Ambiguous: false,
            time.GetUtcNow(), ExpiresAt: null, CallStartedAt: null, LastProvider: null, lease);
        var provider = new ConfiguredProvider(Guid.NewGuid(), "sendgrid", "SendGrid", 10, 100, new NoProvider()) { Limiter = limiter };
        return new PreparedDelivery(claim, new ChannelMessage.Sms("+4915550100", "hello"), new Route.To(provider, [provider]), Category: null, default);
    }

    private sealed class NoProvider : IProvider
    {
        public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken) => throw new InvalidOperationException("nobody is called here");
    }
}
