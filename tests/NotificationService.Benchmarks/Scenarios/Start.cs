using System.Diagnostics;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Machine;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>A process with both roles on a database that is there.</summary>
internal static class Start
{
    private static readonly (int From, int To)[] Windows = [(0, 1), (1, 5), (5, 15), (15, 60)];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var figures = new Figures();
        var database = await rig.Cluster.CreateDatabaseAsync();
        BenchTenant tenant;
        await using (var first = BenchService.Launch(rig, database, "api,worker"))
        {
            await first.WaitUntilReadyAsync();
            tenant = await BenchTenant.RegisterAsync(first.Client, "bench", rig.Provider.Address);
            await first.TerminateAsync();
        }

        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await Rig.QuietAsync();
            var clock = Stopwatch.StartNew();
            await using var service = BenchService.Launch(rig, database, "api,worker");
            await ReadyAsync(service);
            figures.Add("ready", "s", clock.Elapsed.TotalSeconds);
            figures.Add("CPU until ready", "s", CpuClock.Of(service.Id));
            await Task.Delay(TimeSpan.FromSeconds(15));
            figures.Add("idle memory", "MiB", CpuClock.ResidentMiB(service.Id));
            await IdleAsync(rig, service, figures);
            figures.Add("the first send", "ms", (await ClosedLoop.RunAsync(service.Address, tenant.Token, 1, 1)).Latency(0.5));
            await FirstMinuteAsync(service, tenant, figures, rig.Options.Connections);
            figures.Add("memory after a minute of load", "MiB", CpuClock.ResidentMiB(service.Id));
            await service.TerminateAsync();
        }

        return figures.Done();
    }

    private static async Task IdleAsync(Rig rig, ServiceProcess service, Figures figures)
    {
        const int seconds = 20;
        var (own, postgres) = (CpuClock.Of(service.Id), rig.PostgresCpu());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        (own, postgres) = (CpuClock.Of(service.Id) - own, rig.PostgresCpu() - postgres);
        figures.Add("CPU when idle", "% of a core", own * 100 / seconds);
        figures.Add("CPU when idle, PostgreSQL", "% of a core", postgres * 100 / seconds);
    }

    /// <summary>Sends in a closed loop while the worker of the same process delivers them.</summary>
    private static async Task FirstMinuteAsync(ServiceProcess service, BenchTenant tenant, Figures figures, int connections)
    {
        var load = await ClosedLoop.RunAsync(service.Address, tenant.Token, int.MaxValue / 2, connections, TimeSpan.FromSeconds(60));
        foreach (var (from, to) in Windows)
        {
            var sends = load.Sends.Where(send => send.At >= from && send.At < to).ToArray();
            figures.Add($"second {from} to {to}: sends", "/s", sends.Length / (double)(to - from));
            figures.Add($"second {from} to {to}: p99", "ms", LoadResult.Quantile(sends.Select(send => send.Milliseconds), 0.99));
        }
    }

    private static async Task ReadyAsync(ServiceProcess service)
    {
        while (true)
        {
            try
            {
                using var response = await service.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!service.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(10);
        }
    }
}
