using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>Accepting alone: the worker stands still.</summary>
internal static class Sends
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 40_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        service.Pause();
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await service.ResetAsync();
            await Rig.QuietAsync();
            var cpu = CpuSpan.Begin(rig, service);
            var load = await service.SendAsync(count);
            cpu.End(figures, count);
            figures.Add("sends", "/s", load.Rate);
            figures.Add("p50", "ms", load.Latency(0.5));
            figures.Add("p99", "ms", load.Latency(0.99));
        }

        return figures.Done();
    }
}
