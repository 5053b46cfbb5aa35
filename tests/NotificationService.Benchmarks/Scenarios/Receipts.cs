using System.Security.Cryptography;
using System.Text;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// A report a request, 500 a second, signed, each of another delivery that was really sent, beside 1,000,000 that were sent before, while the worker
/// drains a queue of another tenant.
/// </summary>
internal static class Receipts
{
    private const int Stored = 1_000_000;
    private const int PerSecond = 500;
    private const int Connections = 32;
    private const int Queued = 100_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 5_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        var reported = await service.NewReportedTenantAsync("reported");
        // Before the tables are full: the plans of a worker that has run for a while were made when they were not.
        await RepeatAsync(service, reported, 1_000);
        await service.StoreAsync(service.Tenant, Stored / 2);
        await service.StoreAsync(reported, Stored / 2);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            var requests = await SendAsync(service, reported, count);
            service.Pause();
            await service.QueueAsync(service.Tenant, Queued);
            await rig.Provider.ResetAsync();
            await Rig.QuietAsync();
            service.Resume();
            await Task.Delay(1_000); // the worker is in the midst of it
            var (drained, _, _) = await rig.Provider.StatsAsync();
            var (began, since) = (TimeProvider.System.GetTimestamp(), DateTime.UtcNow);
            var latencies = await OpenLoop.RunAsync(service.Api.Address, requests, PerSecond, Connections, "200");
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var draining = (await rig.Provider.StatsAsync()).Count - drained;
            await UntilAppliedAsync(service, count, since);
            figures.Add("answered: p50", "ms", LoadResult.Quantile(latencies, 0.5));
            figures.Add("answered: p99", "ms", LoadResult.Quantile(latencies, 0.99));
            figures.Add("answered: slowest", "ms", latencies.Max());
            figures.Add("receipts meanwhile", "/s", count / seconds);
            figures.Add("drained meanwhile", "/s", draining / seconds);
            foreach (var quantile in (double[])[0.5, 0.99])
                figures.Add($"from arrival to the delivery's timeline: p{100 * quantile}", "ms", await LagAsync(service, quantile, since));
            await service.UntilIdleAsync();
        }

        return figures.Done();
    }

    /// <summary>Compiles what is hot.</summary>
    private static async Task RepeatAsync(BenchService service, BenchTenant tenant, int count)
    {
        var (requests, since) = (await SendAsync(service, tenant, count), DateTime.UtcNow);
        await OpenLoop.RunAsync(service.Api.Address, requests, PerSecond, Connections, "200");
        await UntilAppliedAsync(service, count, since);
    }

    /// <summary>Sends so many and answers what is reported of them.</summary>
    private static async Task<IReadOnlyList<byte[]>> SendAsync(BenchService service, BenchTenant tenant, int count)
    {
        // The sandbox reports nothing by itself.
        await ClosedLoop.RunAsync(service.Api.Address, tenant.Token, count, Connections, tag: "+nocallback");
        await service.UntilIdleAsync();
        var sent = await service.IdsAsync($"select id from deliveries where tenant_id = '{tenant.Id}' and status = 40 order by id desc limit {count}");
        return [.. sent.Select(id => Request(service, tenant, id))];
    }

    private static byte[] Request(BenchService service, BenchTenant tenant, Guid delivery)
    {
        var body = $$"""[{"id":"{{delivery}}","status":"delivered","deliveryId":"{{delivery}}","messageId":"m-{{delivery}}","at":"{{DateTime.UtcNow:O}}","code":"250","message":"accepted by the recipient's server"}]""";
        var signature = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(BenchTenant.ReceiptSecret), Encoding.UTF8.GetBytes(body)));
        return Encoding.UTF8.GetBytes(
            $"POST /webhooks/sandbox/{tenant.Reporter} HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nX-Sandbox-Signature: {signature}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static Task UntilAppliedAsync(BenchService service, int count, DateTime since) => Testing.Eventually.TrueAsync(
        async () => await service.ScalarAsync($"select count(*) from receipts where state = 2 and received_at >= '{since:O}'") >= count, TimeSpan.FromMinutes(1));

    private static Task<long> LagAsync(BenchService service, double quantile, DateTime since) => service.ScalarAsync(
        $"""
        select percentile_cont({quantile}) within group (order by extract(epoch from t.at - r.received_at) * 1000)
        from receipts r join timeline t on t.delivery_id = r.delivery_id and t.status = 50
        where r.received_at >= '{since:O}'
        """);
}
