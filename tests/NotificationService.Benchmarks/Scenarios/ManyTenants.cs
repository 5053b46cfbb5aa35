using System.Text;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// In-app notifications, which no provider has a part in: single sends of 1, 8, 32 and 128 tenants in turn, then the drain of what 1, 100, 5,000 and 20,000
/// tenants sent over the API, then of one tenant again, all in the same processes.
/// </summary>
internal static class ManyTenants
{
    private const int Sends = 40_000;

    private static readonly int[] Senders = [1, 8, 32, 128];
    private static readonly int[] Drained = [1, 100, 5_000, 20_000];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 100_000);
        await using var service = await BenchService.StartBothAsync(rig, ("Notification__RateLimits__AuthPerMinute", "0"));
        await service.WarmAsync();
        byte[][] requests = [.. (await PlantedTenants.AddAsync(service, "many", Drained[^1])).Select(token => Request(service, token))];
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            var one = 0.0;
            foreach (var tenants in Senders)
            {
                service.Pause();
                await service.ResetAsync();
                await Rig.QuietAsync();
                var cpu = CpuSpan.Begin(rig, service);
                var rate = (await SendAsync(rig, service, requests, tenants, Sends)).Rate;
                cpu.End(figures, Sends, $"sends of {tenants} tenants: ");
                one = tenants == 1 ? rate : one;
                figures.Add($"sends of {tenants} tenants", "/s", rate);
                figures.Add($"sends of {tenants} tenants, of one tenant's", "%", 100 * rate / one);
            }

            foreach (var tenants in Drained)
            {
                var rate = await DrainAsync(rig, service, figures, requests, tenants, count, $"drain of {tenants} tenants");
                one = tenants == 1 ? rate : one;
                figures.Add($"drain of {tenants} tenants, of one tenant's", "%", 100 * rate / one);
            }

            figures.Add("drain of 1 tenant afterwards, of one tenant's before", "%", 100 * await DrainAsync(rig, service, figures, requests, 1, count, "drain of 1 tenant afterwards") / one);
        }

        return figures.Done();
    }

    private static async Task<double> DrainAsync(Rig rig, BenchService service, Figures figures, byte[][] requests, int tenants, int count, string name)
    {
        service.Pause();
        await service.ResetAsync();
        await SendAsync(rig, service, requests, tenants, count);
        await service.ExecuteAsync("checkpoint");
        await Rig.QuietAsync();
        var cpu = CpuSpan.Begin(rig, service);
        var began = TimeProvider.System.GetTimestamp();
        service.Resume();
        await service.UntilIdleAsync();
        var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        cpu.End(figures, count, $"{name}: ");
        figures.Add(name, "/s", rate);
        return rate;
    }

    private static Task<LoadResult> SendAsync(Rig rig, BenchService service, byte[][] requests, int tenants, int count) =>
        ClosedLoop.RunAsync(service.Api.Address, requests[..tenants], count, rig.Options.Connections);

    private static byte[] Request(BenchService service, string token)
    {
        const string Body = """{"channel":"in_app","recipient":{"userId":"ann"},"content":{"title":"Your order is on its way","body":"It comes tomorrow between nine and twelve."}}""";
        return Encoding.ASCII.GetBytes(
            $"POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
    }
}
