using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Tenants;

public static class TenantsModule
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddSingleton<AuditLog>()
        .AddSingleton<SignInLookup>()
        .AddSingleton<SignIns>();
}
