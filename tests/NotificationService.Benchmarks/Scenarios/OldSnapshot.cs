using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>The rate of a drain after many others, with a transaction open since before the first: no vacuum may take away what they left.</summary>
internal static class OldSnapshot
{
    private const int Together = 20_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 200_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await service.ResetAsync();
            await using var snapshot = await service.HoldSnapshotAsync();
            figures.Add("delivered, the first 20,000", "/s", await DrainAsync(rig, service, 0));
            for (var before = Together; before < count; before += Together)
                await DrainAsync(rig, service, before);
            figures.Add($"delivered, 20,000 after {count:N0}", "/s", await DrainAsync(rig, service, count));
            await Rig.QuietAsync();
            var (began, cpu) = (rig.PostgresCpu(), service.Cpu());
            await Task.Delay(TimeSpan.FromSeconds(20));
            figures.Add("CPU of PostgreSQL then, idle", "% of a core", (rig.PostgresCpu() - began) * 5);
            figures.Add("CPU of the service then, idle", "% of a core", (service.Cpu() - cpu) * 5);
        }

        return figures.Done();
    }

    private static async Task<double> DrainAsync(Rig rig, BenchService service, int before)
    {
        service.Pause();
        await service.SendAsync(Together);
        await service.ExecuteAsync("checkpoint");
        await rig.Provider.ResetAsync();
        service.Resume();
        while ((await rig.Provider.StatsAsync()).Count < Together)
            await Task.Delay(20);
        await service.UntilSentAsync(before + Together);
        var (_, first, last) = await rig.Provider.StatsAsync();
        return Together * 1e6 / (last - first);
    }
}
