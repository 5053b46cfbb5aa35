using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class InFlight
{
    private const int Milliseconds = 50;
    private const int Possible = 200 * 1000 / Milliseconds;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 40_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await rig.Provider.DelayAsync(0);
            await service.ResetAsync();
            await service.SendAsync(count);
            await service.ExecuteAsync("checkpoint");
            await rig.Provider.DelayAsync(Milliseconds);
            await Rig.QuietAsync();
            var cpu = CpuSpan.Begin(rig, service);
            var rate = await Draining.RateAsync(rig, service, count);
            cpu.End(figures, count);
            figures.Add("delivered", "/s", rate);
            figures.Add($"of the {Possible:N0}/s that 200 calls at once allow", "%", 100 * rate / Possible);
        }

        await rig.Provider.DelayAsync(0);
        return figures.Done();
    }
}
