using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Ledger;

/// <summary>How many deliveries were accepted, and where they stand.</summary>
public static class LedgerModule
{
    public static IServiceCollection AddLedger(this IServiceCollection services) => services.AddSingleton<LedgerStore>();

    /// <summary>What gathers changes into counts and removes those of hours that are past.</summary>
    public static IServiceCollection AddLedgerMaintenance(this IServiceCollection services) => services.AddHostedService<LedgerMaintenance>();
}
