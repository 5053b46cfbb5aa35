using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Quotas;

/// <summary>How much a tenant may send in a day.</summary>
public static class QuotasModule
{
    public static IServiceCollection AddQuotas(this IServiceCollection services) => services
        .AddSingleton<QuotaStore>()
        .AddSingleton<SendQuotas>();

    /// <summary>What gives back shares and removes past days; of every role, as each accepts.</summary>
    public static IServiceCollection AddQuotaMaintenance(this IServiceCollection services) => services.AddHostedService<QuotaMaintenance>();
}
