using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Batches;

public static class BatchesModule
{
    public static IServiceCollection AddBatches(this IServiceCollection services) => services
        .AddSingleton<BatchIntake>()
        .AddSingleton<BatchStore>();

    /// <summary>What gathers the counts and ends batches.</summary>
    public static IServiceCollection AddBatchKeeper(this IServiceCollection services) => services
        .AddHostedService<BatchKeeper>();
}
