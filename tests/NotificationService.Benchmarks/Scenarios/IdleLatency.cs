using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class IdleLatency
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 200);
        foreach (var apart in (bool[])[false, true])
        {
            await using var service = await BenchService.StartAsync(rig, apart);
            await service.WarmAsync();
            var where = apart ? "api and worker apart" : "one process";
            for (var run = 0; run < rig.Options.Runs; run++)
            {
                await service.ResetAsync();
                await Rig.QuietAsync();
                var latencies = await ProbeLoad.RunAsync(service.Api.Address, service.Tenant.Token, rig.Provider, count, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30));
                figures.Add($"{where}: p50", "ms", LoadResult.Quantile(latencies, 0.5));
                figures.Add($"{where}: p99", "ms", LoadResult.Quantile(latencies, 0.99));
            }
        }

        return figures.Done();
    }
}
