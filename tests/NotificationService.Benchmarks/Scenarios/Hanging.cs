using NotificationService.Benchmarks.Provider;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

internal static class Hanging
{
    private const int Behind = 5_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 40_000);
        await using var silent = new SilentServer();
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        var stuck = await service.NewTenantAsync("stuck", silent.Address);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            var alone = await DrainAsync(rig, service, count, stuck: null);
            var beside = await DrainAsync(rig, service, count, stuck);
            figures.Add("delivered, alone", "/s", alone);
            figures.Add($"delivered, beside {Behind:N0} of a tenant whose provider never answers", "/s", beside);
            figures.Add("of what it is alone", "%", 100 * beside / alone);
        }

        return figures.Done();
    }

    private static async Task<double> DrainAsync(Rig rig, BenchService service, int count, BenchTenant? stuck)
    {
        service.Pause();
        await service.ResetAsync();
        if (stuck is not null)
            await service.FillAsync(stuck, Behind - 1);
        await service.FillAsync(service.Tenant, count - 1);
        await Rig.QuietAsync();
        return await Draining.RateAsync(rig, service, count);
    }
}
