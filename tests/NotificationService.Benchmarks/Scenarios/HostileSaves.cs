using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>One tenant's sends while another saves and publishes templates that are as dear to compile as any may be.</summary>
internal static class HostileSaves
{
    private const int Saves = 50;

    private static readonly TimeSpan Load = TimeSpan.FromSeconds(15);

    private static readonly string Html = string.Concat(Enumerable.Range(0, 990).Select(i => $"<p>{{{{default value{i} (upper (lower name{i % 50}))}}}}</p>"));

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var figures = new Figures();
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        var hostile = await service.NewTenantAsync("hostile", rig.Provider.Address);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await service.ResetAsync();
            await Rig.QuietAsync();
            Add(figures, "alone", await SendAsync());
            await service.ResetAsync();
            await Rig.QuietAsync();
            var saves = hostile.SaveTemplatesAsync(service.Api.Client, $"hostile-{run}", Saves, Html);
            Add(figures, $"beside {Saves} saves", await SendAsync());
            figures.Add("saved and published in", "s", await saves);
        }

        return figures.Done();

        Task<LoadResult> SendAsync() => ClosedLoop.RunAsync(service.Api.Address, service.Tenant.Token, int.MaxValue / 2, rig.Options.Connections, Load);
    }

    private static void Add(Figures figures, string when, LoadResult load)
    {
        figures.Add($"{when}: sends", "/s", load.Rate);
        figures.Add($"{when}: p50", "ms", load.Latency(0.5));
        figures.Add($"{when}: p95", "ms", load.Latency(0.95));
    }
}
