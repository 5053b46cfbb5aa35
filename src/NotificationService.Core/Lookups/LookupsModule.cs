using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Lookups;

public static class LookupsModule
{
    /// <summary>What choice lists are made of.</summary>
    public static IServiceCollection AddLookups(this IServiceCollection services) => services.AddSingleton<LookupStore>();
}
