using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Events;

public static class EventsModule
{
    /// <summary>Publishes events to every <see cref="IEventSink"/>.</summary>
    public static IServiceCollection AddEventRelay(this IServiceCollection services) => services
        .AddSingleton<EventMetrics>()
        .AddHostedService<EventRelay>()
        .AddHostedService<OutboxGauges>()
        .AddHostedService<OutboxMaintenance>();
}
