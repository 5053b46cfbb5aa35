using NotificationService.Host.Auth;

namespace NotificationService.Host.Api.Realtime;

/// <summary>What streams need besides what they bring.</summary>
public static class StreamsModule
{
    public static IServiceCollection AddStreams(this IServiceCollection services) => services
        .AddSingleton<StreamPlaces>()
        .AddSingleton<StreamTickets>();
}
