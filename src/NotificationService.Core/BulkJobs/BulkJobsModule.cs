using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.BulkJobs;

public static class BulkJobsModule
{
    public static IServiceCollection AddBulkJobs(this IServiceCollection services)
    {
        services.AddOptions<BulkOptions>().BindConfiguration(BulkOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<BulkOptions>, BulkOptionsCheck>()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<BulkOptions>>().Value)
            .AddSingleton<BulkJobStore>()
            .AddSingleton<UploadStaging>()
            .AddSingleton<BulkJobList>()
            .AddSingleton(new ModeStatement(ModeOf.BulkJob, SqlText.Statement("bulk_jobs_mode")));
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
