using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>Two large files of one tenant are queued and sent while another tenant sends one by one.</summary>
internal static class BulkFairness
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, rows) = (new Figures(), rig.Options.Count ?? 500_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        await BulkCsv.AddTemplateAsync(service);
        await BulkCsv.UntilDoneAsync(service, await BulkCsv.UploadAsync(service, 20_000, TimeSpan.Zero));
        var other = await service.NewTenantAsync("other");
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await BulkCsv.ResetAsync(service);
            await Rig.QuietAsync();
            await Probe(service, rig, other, figures, "alone");

            service.Pause();
            await BulkCsv.ResetAsync(service);
            for (var job = 0; job < 2; job++)
                await BulkCsv.UploadAsync(service, rows, TimeSpan.Zero);
            await Probe(service, rig, other, figures, "beside the jobs");
            figures.Add("rows that were no notification yet then", "", await service.ScalarAsync("select sum(rows_total - rows_done) from bulk_jobs"));
            figures.Add("queued of the first tenant then", "", await service.ScalarAsync("select count(*) from deliveries where status = 20"));
        }

        return figures.Done();
    }

    private static async Task Probe(BenchService service, Rig rig, BenchTenant other, Figures figures, string when)
    {
        service.Resume();
        await Task.Delay(1500); // the worker is in the midst of it
        var latencies = await ProbeLoad.RunAsync(service.Api.Address, other.Token, rig.Provider, 40, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2));
        figures.Add($"the other tenant's send reaches its provider, {when}: p50", "ms", LoadResult.Quantile(latencies, 0.5));
        figures.Add($"the other tenant's send reaches its provider, {when}: p95", "ms", LoadResult.Quantile(latencies, 0.95));
        figures.Add($"the other tenant's send reaches its provider, {when}: slowest", "ms", latencies.Max());
    }
}
