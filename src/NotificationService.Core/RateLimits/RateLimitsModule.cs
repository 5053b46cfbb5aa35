using Microsoft.Extensions.DependencyInjection;
using NotificationService.Settings;

namespace NotificationService.RateLimits;

/// <summary>How many requests a minute a tenant may make, shared by all nodes.</summary>
public static class RateLimitsModule
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services
        .AddSettings<RateLimitOptions>(RateLimitOptions.Section)
        .AddSingleton<RateLimitStore>()
        .AddSingleton<RateLimiter>()
        .AddHostedService<RateLimitMaintenance>();
}
