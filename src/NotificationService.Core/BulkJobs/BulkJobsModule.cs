using Microsoft.Extensions.DependencyInjection;
using NotificationService.Notifications;
using NotificationService.Settings;

namespace NotificationService.BulkJobs;

public static class BulkJobsModule
{
    private static readonly ModeStatement Mode = new(ModeOf.BulkJob, "bulk_jobs_mode");

    public static IServiceCollection AddBulkJobs(this IServiceCollection services) => services
        .AddSettings<BulkOptions>(BulkOptions.Section)
        .AddSingleton<BulkJobStore>()
        .AddSingleton<UploadStaging>()
        .AddSingleton<BulkJobList>()
        .AddSingleton(Mode);

    /// <summary>What turns rows into notifications.</summary>
    public static IServiceCollection AddBulkRunner(this IServiceCollection services) => services
        .AddSingleton<RowRangeWorker>()
        .AddHostedService<BulkRunner>();
}
