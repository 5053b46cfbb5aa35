using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class Drain
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 20_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await service.ResetAsync();
            await service.SendAsync(count);
            await service.ExecuteAsync("checkpoint");
            await Rig.QuietAsync();
            var cpu = CpuSpan.Begin(rig, service);
            figures.Add("delivered", "/s", await Draining.RateAsync(rig, service, count));
            cpu.End(figures, count);
        }

        return figures.Done();
    }
}
