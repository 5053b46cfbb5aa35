using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.RateLimits;

/// <summary>How many requests a minute a tenant may make, shared by all nodes.</summary>
public static class RateLimitsModule
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section);
        return services.AddSingleton<RateLimitStore>().AddSingleton<RateLimiter>().AddHostedService<RateLimitMaintenance>();
    }
}
