using NotificationService.Inbox;
using NotificationService.Queueing;
using NotificationService.Realtime;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Realtime;

/// <summary>How many streams there may be at this process: of one person, of one tenant, of all.</summary>
public sealed class StreamPlaces(RealtimeOptions options)
{
    private readonly InFlight<InboxUserId> users = new(options.StreamsPerUser);
    private readonly InFlight<TenantId> tenants = new(options.StreamsPerTenant);
    private readonly InFlight<int> all = new(options.Streams);

    /// <summary>Null: there are as many as there may be.</summary>
    public IDisposable? TryEnter(Listener listener)
    {
        if (users.TryEnter(new InboxUserId(listener.Tenant, listener.UserId)) is not { } user)
            return null;
        if (tenants.TryEnter(listener.Tenant) is not { } tenant)
        {
            user.Dispose();
            return null;
        }

        if (all.TryEnter(0) is { } one)
            return new Place(user, tenant, one);
        tenant.Dispose();
        user.Dispose();
        return null;
    }

    private sealed class Place(IDisposable user, IDisposable tenant, IDisposable one) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            tenant.Dispose();
            user.Dispose();
        }
    }
}
