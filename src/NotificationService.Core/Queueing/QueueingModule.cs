using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Queueing;

public static class QueueingModule
{
    public static IServiceCollection AddQueueing(this IServiceCollection services) => services.AddSingleton<WakeUp>();
}
