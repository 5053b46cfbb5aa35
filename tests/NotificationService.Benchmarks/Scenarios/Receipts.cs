using System.Security.Cryptography;
using System.Text;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>A report a request, 500 a second, signed, each of another delivery, while the worker drains a queue of the same tenant.</summary>
internal static class Receipts
{
    private const int PerSecond = 500;
    private const int Connections = 32;

    /// <summary>Deliveries that the reporter was given and accepted.</summary>
    private const string PlantSent =
        """
        with ids as materialized (
            select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 60000 + g / 10), 12, '0') || '7' || substr(md5(g::text), 1, 3)
                || '8' || substr(md5('r' || g), 1, 14) || '1')::uuid as id
            from generate_series(1, $count) g),
        d as (
            insert into deliveries (id, tenant_id, channel, priority, status, attempts, timeline_seq, due_at, provider_id, provider_message_id)
            select id, '$tenant', 1, 2, 40, 1, 3, now(), '$provider', 'm-' || id from ids),
        a as (
            insert into attempts (delivery_id, number, tenant_id, provider_id, outcome, started_at, finished_at, provider_message_id)
            select id, 1, '$tenant', '$provider', 1, now(), now(), 'm-' || id from ids)
        insert into timeline (delivery_id, seq, tenant_id, status, at)
        select id, seq, '$tenant', 10 + 10 * seq, now() from ids, generate_series(1, 3) seq
        """;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 5_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        await RoundAsync(service, 1_000);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            service.Pause();
            await service.ResetAsync();
            await service.FillAsync(service.Tenant, 100_000);
            var requests = await PlantAsync(service, count);
            await Rig.QuietAsync();
            service.Resume();
            await Task.Delay(1_000); // the worker is in the midst of it
            var drained = await SentAsync(service);
            var began = TimeProvider.System.GetTimestamp();
            var latencies = await OpenLoop.RunAsync(service.Api.Address, requests, PerSecond, Connections, "200");
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var draining = await SentAsync(service) - drained;
            await UntilAppliedAsync(service, count);
            figures.Add("answered: p50", "ms", LoadResult.Quantile(latencies, 0.5));
            figures.Add("answered: p99", "ms", LoadResult.Quantile(latencies, 0.99));
            figures.Add("answered: slowest", "ms", latencies.Max());
            figures.Add("receipts meanwhile", "/s", count / seconds);
            figures.Add("drained meanwhile", "/s", draining / seconds);
            foreach (var quantile in (double[])[0.5, 0.99])
                figures.Add($"from arrival to the delivery's timeline: p{100 * quantile}", "ms", await LagAsync(service, quantile));
        }

        return figures.Done();
    }

    /// <summary>Compiles what is hot.</summary>
    private static async Task RoundAsync(BenchService service, int count)
    {
        await OpenLoop.RunAsync(service.Api.Address, await PlantAsync(service, count), PerSecond, Connections, "200");
        await UntilAppliedAsync(service, count);
    }

    private static async Task<IReadOnlyList<byte[]>> PlantAsync(BenchService service, int count)
    {
        var (tenant, provider) = (service.Tenant.Id.ToString(), service.Tenant.Reporter.ToString());
        await service.ExecuteAsync(PlantSent.Replace("$count", count.ToString()).Replace("$tenant", tenant).Replace("$provider", provider));
        await service.ExecuteAsync("vacuum analyze deliveries, attempts, timeline");
        return [.. (await service.IdsAsync($"select id from deliveries where provider_id = '{provider}'")).Select(id => Request(service, id))];
    }

    private static byte[] Request(BenchService service, Guid delivery)
    {
        var body = $$"""[{"id":"{{delivery}}","status":"delivered","deliveryId":"{{delivery}}","messageId":"m-{{delivery}}","at":"{{DateTime.UtcNow:O}}","code":"250","message":"accepted by the recipient's server"}]""";
        var signature = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(BenchTenant.ReceiptSecret), Encoding.UTF8.GetBytes(body)));
        return Encoding.UTF8.GetBytes(
            $"POST /webhooks/sandbox/{service.Tenant.Reporter} HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nX-Sandbox-Signature: {signature}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static Task<long> SentAsync(BenchService service) =>
        service.ScalarAsync($"select count(*) from attempts where provider_id is distinct from '{service.Tenant.Reporter}'");

    private static Task UntilAppliedAsync(BenchService service, int count) => Testing.Eventually.TrueAsync(
        async () => await service.ScalarAsync("select count(*) from receipts where state = 2") >= count, TimeSpan.FromMinutes(1));

    private static Task<long> LagAsync(BenchService service, double quantile) => service.ScalarAsync(
        $"""
        select percentile_cont({quantile}) within group (order by extract(epoch from t.at - r.received_at) * 1000)
        from receipts r join timeline t on t.delivery_id = r.delivery_id and t.status = 50
        """);
}
