using Microsoft.Extensions.DependencyInjection;
using NotificationService.Settings;

namespace NotificationService.Tenants;

public static class TenantsModule
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddSettings<RetentionOptions>(RetentionOptions.Section)
        .AddSingleton<AuditLog>()
        .AddSingleton<AuditLogList>()
        .AddSingleton<AuditVerification>()
        .AddSingleton<SignInRecords>()
        .AddSingleton<SeedLook>()
        .AddSingleton<TenantSettingsStore>()
        .AddSingleton<TenantSettingsCache>()
        .AddSingleton<SuspendedTenants>()
        .AddSingleton<TenantSuspension>()
        .AddSingleton<Elevations>()
        .AddSingleton<TenantList>()
        .AddSingleton<OneTimeTokens>()
        .AddSingleton<SignInLookup>()
        .AddSingleton<OriginLookup>()
        .AddSingleton<Sessions>()
        .AddSingleton<SignIns>()
        .AddSingleton<OutsidePeople>();

    /// <summary>What writes about sign-ins.</summary>
    public static IServiceCollection AddSignInRecords(this IServiceCollection services) => services.AddHostedService<SignInRecordsWriter>();

    /// <summary>What removes rows past their retention.</summary>
    public static IServiceCollection AddRetentionPurge(this IServiceCollection services) => services.AddHostedService<RetentionPurge>().AddHostedService<ContentRedaction>();
}
