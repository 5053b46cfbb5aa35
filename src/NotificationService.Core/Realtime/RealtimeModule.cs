using Microsoft.Extensions.DependencyInjection;
using NotificationService.Events;
using NotificationService.Realtime.Presence;
using NotificationService.Settings;

namespace NotificationService.Realtime;

/// <summary>What reaches people while they are connected.</summary>
public static class RealtimeModule
{
    public static IServiceCollection AddRealtime(this IServiceCollection services) => services
        .AddSettings<RealtimeOptions>(RealtimeOptions.Section)
        .AddSingleton<RealtimeStore>()
        .AddSingleton<EventWriter>()
        .AddSingleton<EventPublisher>()
        .AddSingleton<EventTails>()
        .AddSingleton<PersonStream>()
        .AddSingleton<TypingSignals>()
        .AddSingleton<PresenceBook>()
        .AddSingleton<PresenceStore>();

    /// <summary>Where people connect: what hears of changes that other processes made, and what says who is here.</summary>
    public static IServiceCollection AddRealtimeListener(this IServiceCollection services) => services.AddHostedService<LiveListener>().AddHostedService<PresenceWriter>().AddHostedService<StreamGauges>();

    /// <summary>What a worker does for them: it leaves what happens among what is published, and removes what is old.</summary>
    public static IServiceCollection AddRealtimeMaintenance(this IServiceCollection services) => services.AddSingleton<IEventSink, AdminEvents>().AddHostedService<RealtimeMaintenance>();
}
