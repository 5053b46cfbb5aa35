using Microsoft.Extensions.DependencyInjection;
using NotificationService.Notifications;
using NotificationService.Settings;
using NotificationService.Storage;

namespace NotificationService.BulkJobs;

public static class BulkJobsModule
{
    public static IServiceCollection AddBulkJobs(this IServiceCollection services) => services
        .AddSettings<BulkOptions>(BulkOptions.Section)
        .AddSingleton<BulkJobStore>()
        .AddSingleton<UploadStaging>()
        .AddSingleton<BulkJobList>()
        .AddSingleton(new ModeStatement(ModeOf.BulkJob, SqlText.Statement("bulk_jobs_mode")));

    /// <summary>What turns rows into notifications.</summary>
    public static IServiceCollection AddBulkRunner(this IServiceCollection services) => services
        .AddSingleton<RowRangeWorker>()
        .AddHostedService<BulkRunner>();
}
