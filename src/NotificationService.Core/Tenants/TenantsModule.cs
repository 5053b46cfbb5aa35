using Microsoft.Extensions.DependencyInjection;
using NotificationService.Settings;

namespace NotificationService.Tenants;

public static class TenantsModule
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddSettings<RetentionOptions>(RetentionOptions.Section)
        .AddSingleton<AuditLog>()
        .AddSingleton<SeedLook>()
        .AddSingleton<SignInLookup>()
        .AddSingleton<SignIns>();

    /// <summary>What removes rows past their retention.</summary>
    public static IServiceCollection AddRetentionPurge(this IServiceCollection services) => services.AddHostedService<RetentionPurge>();
}
