using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;

namespace NotificationService.Queueing;

public static class QueueingModule
{
    public static IServiceCollection AddQueueing(this IServiceCollection services) => services
        .AddSingleton(provider => new WakeUp(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()))
        .AddKeyedSingleton(WakeUp.Receipts, (provider, _) => new WakeUp(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>(), WakeUp.Receipts));
}
