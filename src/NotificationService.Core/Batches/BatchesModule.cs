using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Notifications;

namespace NotificationService.Batches;

public static class BatchesModule
{
    private static readonly ModeStatement Mode = new(ModeOf.Batch, "batches_mode");

    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services.AddOptions<BatchOptions>().BindConfiguration(BatchOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<BatchOptions>, BatchOptionsCheck>()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<BatchOptions>>().Value)
            .AddSingleton<BatchIntake>()
            .AddSingleton<BatchLimiter>()
            .AddSingleton<BatchReplays>()
            .AddSingleton<BatchStore>()
            .AddSingleton<BatchList>()
            .AddSingleton(Mode);
    }

    /// <summary>What gathers the counts and ends batches.</summary>
    public static IServiceCollection AddBatchMaintenance(this IServiceCollection services) => services
        .AddHostedService<BatchMaintenance>();

    private sealed class BatchOptionsCheck : IValidateOptions<BatchOptions>
    {
        public ValidateOptionsResult Validate(string? name, BatchOptions options) =>
            options.Errors() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
