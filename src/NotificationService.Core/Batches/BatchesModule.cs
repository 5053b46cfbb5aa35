using Microsoft.Extensions.DependencyInjection;
using NotificationService.Notifications;
using NotificationService.Settings;
using NotificationService.Storage;

namespace NotificationService.Batches;

public static class BatchesModule
{
    public static IServiceCollection AddBatches(this IServiceCollection services) => services
        .AddSettings<BatchOptions>(BatchOptions.Section)
        .AddSingleton<BatchIntake>()
        .AddSingleton<BatchLimiter>()
        .AddSingleton<BatchStore>()
        .AddSingleton<BatchList>()
        .AddSingleton(new ModeStatement(ModeOf.Batch, SqlText.Statement("batches_mode")));

    /// <summary>What gathers the counts and ends batches.</summary>
    public static IServiceCollection AddBatchMaintenance(this IServiceCollection services) => services
        .AddHostedService<BatchMaintenance>();
}
