using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Users.Imports;

/// <summary>Works files of people, some rows of the one that has waited longest after another. Any number of workers may do it at once.</summary>
internal sealed class UserImportRunner(Database database, UserImportWorker worker, Heartbeats heartbeats, TimeProvider time, ILogger<UserImportRunner> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private static readonly Statement Next = Statement.Load("user_imports_next");
    private static readonly Column Tenant = Next.Column("tenant");
    private static readonly Column Import = Next.Column("import");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("user_imports"), logger.ImportsFailed, stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is var (tenant, import))
            await worker.RunAsync(tenant, import, cancellationToken);
    }

    private async Task<(TenantId Tenant, Guid Import)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Next.With(Parameter.Of("now", time.GetUtcNow())).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(Tenant)), reader.GetGuid(Import)) : null;
    }
}
