using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Erasure;

public static class ErasureModule
{
    public static IServiceCollection AddErasure(this IServiceCollection services) => services
        .AddSingleton<ErasureSigner>()
        .AddSingleton<TenantErasures>()
        .AddSingleton<RecipientErasures>()
        .AddSingleton<ExportTickets>()
        .AddSingleton<TenantExport>();

    /// <summary>What removes tenants that were given up.</summary>
    public static IServiceCollection AddTenantEraser(this IServiceCollection services) => services.AddHostedService<TenantEraser>();

    /// <summary>What takes people out of everything that was kept of them.</summary>
    public static IServiceCollection AddRecipientEraser(this IServiceCollection services) => services.AddHostedService<RecipientEraser>();
}
