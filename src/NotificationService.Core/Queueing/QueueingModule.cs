using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;

namespace NotificationService.Queueing;

public static class QueueingModule
{
    public static IServiceCollection AddQueueing(this IServiceCollection services) => services
        .AddSingleton<TenantChanges>()
        .AddSingleton<LiveSignals>()
        .AddSingleton(provider => Signal(provider, WakeUp.Deliveries))
        .AddKeyedSingleton(WakeUp.Receipts, (provider, _) => Signal(provider, WakeUp.Receipts))
        .AddKeyedSingleton(WakeUp.Events, (provider, _) => Signal(provider, WakeUp.Events))
        .AddKeyedSingleton(WakeUp.Webhooks, (provider, _) => Signal(provider, WakeUp.Webhooks));

    private static WakeUp Signal(IServiceProvider provider, string channel) =>
        new(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>(), channel);
}
