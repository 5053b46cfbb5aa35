using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class Backlog
{
    private const int Short = 20_000;
    private const int Part = 20_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var figures = new Figures();
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        foreach (var queued in (int[])[Short, rig.Options.Count ?? 1_000_000])
        {
            service.Pause();
            await service.ResetAsync();
            await service.FillAsync(service.Tenant, queued);
            for (var run = 0; run < rig.Options.Runs; run++)
            {
                await rig.Provider.ResetAsync();
                await Rig.QuietAsync();
                var cpu = CpuSpan.Begin(rig, service);
                var load = await service.SendAsync(Part);
                cpu.End(figures, Part, $"{queued:N0} queued: sends, ");
                figures.Add($"{queued:N0} queued: sends", "/s", load.Rate);

                await Rig.QuietAsync();
                cpu = CpuSpan.Begin(rig, service);
                var (rate, delivered) = await Draining.RateOfPartAsync(rig, service, Part);
                cpu.End(figures, delivered, $"{queued:N0} queued: deliveries, ");
                figures.Add($"{queued:N0} queued: delivered", "/s", rate);
            }
        }

        var done = figures.Done();
        var (few, many) = (done.Where(figure => figure.Unit == "/s").Take(2).ToArray(), done.Where(figure => figure.Unit == "/s").Skip(2).ToArray());
        return
        [
            .. done,
            .. few.Zip(many, (before, after) => new Figure($"{after.Name}, of the rate with {Short:N0}", "%", [100 * after.Median / before.Median])),
        ];
    }
}
