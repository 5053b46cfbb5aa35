using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class Fairness
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 200_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        var other = await service.NewTenantAsync("other");
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await service.ResetAsync();
            await service.FillAsync(service.Tenant, count);
            await Rig.QuietAsync();
            service.Resume();
            await Task.Delay(1500); // the worker is in the midst of it
            var latencies = await ProbeLoad.RunAsync(service.Api.Address, other.Token, rig.Provider, 40, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2));
            figures.Add("the other tenant's send reaches its provider: p50", "ms", LoadResult.Quantile(latencies, 0.5));
            figures.Add("the other tenant's send reaches its provider: p95", "ms", LoadResult.Quantile(latencies, 0.95));
            figures.Add("the other tenant's send reaches its provider: slowest", "ms", latencies.Max());
            figures.Add("still queued of the first tenant then", "", await service.ScalarAsync("select count(*) from deliveries where status = 20"));
        }

        return figures.Done();
    }
}
