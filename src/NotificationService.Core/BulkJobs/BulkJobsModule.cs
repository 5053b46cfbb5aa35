using Microsoft.Extensions.DependencyInjection;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.BulkJobs;

public static class BulkJobsModule
{
    public static IServiceCollection AddBulkJobs(this IServiceCollection services) => services
        .AddSingleton(CsvLimits.Default)
        .AddSingleton<BulkJobStore>();

    /// <summary>What turns rows into notifications.</summary>
    public static IServiceCollection AddBulkRunner(this IServiceCollection services) => services
        .AddSingleton<SliceWorker>()
        .AddHostedService<BulkRunner>();
}
