using NotificationService.Settings;

namespace NotificationService.Host.Http.Bodies;

/// <summary>What request bodies may hold of this process.</summary>
public static class BodiesModule
{
    public static IServiceCollection AddBodies(this IServiceCollection services) => services
        .AddSettings<BodyOptions>(BodyOptions.Section)
        .AddSingleton<BodyBudget>();
}
