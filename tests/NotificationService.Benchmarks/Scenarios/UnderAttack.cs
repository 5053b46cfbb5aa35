using System.Diagnostics;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;
using NotificationService.Testing.Attacks;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>Ten sends a second of a tenant that does no harm, beside one that does all the harm it can. Nothing of the first may be lost.</summary>
internal static class UnderAttack
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, minutes) = (new Figures(), rig.Options.Minutes ?? 30);
        await using var service = await BenchService.StartBothAsync(
            rig, ("DOTNET_GCHeapHardLimit", "0x18000000"), ("Notification__Seed", "none"));
        await service.WarmAsync();
        await MeasureAsync(rig, service, figures, "alone", 600);

        var clock = Stopwatch.StartNew();
        await using (var attacks = await AttackRun.StartAsync(service.Api.Address, "attacker"))
        {
            await MeasureAsync(rig, service, figures, "under attack", minutes * 600);
            figures.Add("minutes", "", clock.Elapsed.TotalMinutes);
            foreach (var ((attack, status), count) in attacks.Responses.OrderBy(response => response.Key))
                Console.WriteLine($"  {attack}: {(status == 0 ? "closed" : status)} × {count:N0}");
            figures.Add("hostile requests", "", attacks.Responses.Values.Sum());
            figures.Add("of them answered 500", "", attacks.Responses.Where(response => response.Key.Status == 500).Sum(response => response.Value));
        }

        var (api, worker) = service.PeakMiB();
        figures.Add("most memory, API", "MiB", api);
        figures.Add("most memory, worker", "MiB", worker);
        figures.Add("processes that died", "", service.Lives ? 0 : 1);
        return figures.Done();
    }

    private static async Task MeasureAsync(Rig rig, BenchService service, Figures figures, string when, int sends)
    {
        await service.ResetAsync();
        var latencies = await ProbeLoad.RunAsync(service.Api.Address, service.Tenant.Token, rig.Provider, sends, Interval, TimeSpan.FromMinutes(2));
        figures.Add($"a send reaches its provider, {when}: p50", "ms", LoadResult.Quantile(latencies, 0.5));
        figures.Add($"a send reaches its provider, {when}: p95", "ms", LoadResult.Quantile(latencies, 0.95));
        figures.Add($"a send reaches its provider, {when}: slowest", "ms", latencies.Max());
        // A probe that never came would have ended the run: what is left to see is that each is on record as sent.
        var sent = $"select count(*) from deliveries where tenant_id = '{service.Tenant.Id}' and status = 40";
        await Testing.Eventually.TrueAsync(async () => await service.ScalarAsync(sent) == sends, TimeSpan.FromMinutes(2), () => $"not all of {sends} were sent:\n{service.WorkerOutput}");
        figures.Add($"accepted and sent, {when}", "", sends);
    }
}
