using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;

namespace NotificationService.Queueing;

public static class QueueingModule
{
    public static IServiceCollection AddQueueing(this IServiceCollection services) => services
        .AddSingleton<TenantChanges>()
        .AddSingleton(provider => Hint(provider, WakeUp.Deliveries))
        .AddKeyedSingleton(WakeUp.Receipts, (provider, _) => Hint(provider, WakeUp.Receipts))
        .AddKeyedSingleton(WakeUp.Events, (provider, _) => Hint(provider, WakeUp.Events))
        .AddKeyedSingleton(WakeUp.Webhooks, (provider, _) => Hint(provider, WakeUp.Webhooks));

    private static WakeUp Hint(IServiceProvider provider, string channel) =>
        new(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>(), channel);
}
