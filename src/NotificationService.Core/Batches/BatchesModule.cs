using Microsoft.Extensions.DependencyInjection;
using NotificationService.Notifications;
using NotificationService.Settings;

namespace NotificationService.Batches;

public static class BatchesModule
{
    private static readonly ModeStatement Mode = new(ModeOf.Batch, "batches_mode");

    public static IServiceCollection AddBatches(this IServiceCollection services) => services
        .AddSettings<BatchOptions>(BatchOptions.Section)
        .AddSingleton<BatchIntake>()
        .AddSingleton<BatchLimiter>()
        .AddSingleton<BatchReplays>()
        .AddSingleton<BatchStore>()
        .AddSingleton<BatchList>()
        .AddSingleton(Mode);

    /// <summary>What gathers the counts and ends batches.</summary>
    public static IServiceCollection AddBatchMaintenance(this IServiceCollection services) => services
        .AddHostedService<BatchMaintenance>();
}
