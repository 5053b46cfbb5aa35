using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace NotificationService.Tenants;

public static class TenantsModule
{
    public static IServiceCollection AddTenants(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section)
            .Validate(options => options.Errors().Count == 0, "Notification:Retention is not valid: SandboxMessages is at least an hour and AuditLog at least 30 days, or zero for ever")
            .ValidateOnStart();
        return services
            .AddSingleton(provider => provider.GetRequiredService<IOptions<RetentionOptions>>().Value)
            .AddSingleton<AuditLog>()
            .AddSingleton<SignInLookup>()
            .AddSingleton<SignIns>();
    }

    /// <summary>What removes rows past their retention.</summary>
    public static IServiceCollection AddRetentionPurge(this IServiceCollection services) => services.AddHostedService<RetentionPurge>();
}
