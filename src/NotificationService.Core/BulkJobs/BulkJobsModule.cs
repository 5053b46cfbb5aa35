using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Notifications;

namespace NotificationService.BulkJobs;

public static class BulkJobsModule
{
    private static readonly ModeStatement Mode = new(ModeOf.BulkJob, "bulk_jobs_mode");

    public static IServiceCollection AddBulkJobs(this IServiceCollection services)
    {
        services.AddOptions<BulkOptions>().BindConfiguration(BulkOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<BulkOptions>, BulkOptionsCheck>()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<BulkOptions>>().Value)
            .AddSingleton<BulkJobStore>()
            .AddSingleton<UploadStaging>()
            .AddSingleton<BulkJobList>()
            .AddSingleton(Mode);
    }

    /// <summary>What turns rows into notifications.</summary>
    public static IServiceCollection AddBulkRunner(this IServiceCollection services) => services
        .AddSingleton<RowRangeWorker>()
        .AddHostedService<BulkRunner>();

    private sealed class BulkOptionsCheck : IValidateOptions<BulkOptions>
    {
        public ValidateOptionsResult Validate(string? name, BulkOptions options) =>
            options.Errors() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
