using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// Events of deliveries that were really sent, beside 1,000,000 that were sent before, to endpoints that answer in 20 ms: one endpoint, ten, then
/// ninety of which ten others hang beside. Then single sends, from the event to the receiver. Receivers are one process beside the service and
/// PostgreSQL, on the same cores.
/// </summary>
internal static class WebhookRates
{
    private const int Stored = 1_000_000;
    private const int Few = 10;
    private const int Many = 90;
    private const int Hanging = 10;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 20_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync(2_000);
        var one = await TenantAsync(rig, service, "one", 1, 0);
        var few = await TenantAsync(rig, service, "few", Few, 0);
        // A tenant has at most fifty.
        BenchTenant[] well = [await TenantAsync(rig, service, "well-1", Many / 2, 0), await TenantAsync(rig, service, "well-2", Many / 2, 0)];
        BenchTenant[] ill = [await TenantAsync(rig, service, "ill-1", Many / 2, Hanging / 2), await TenantAsync(rig, service, "ill-2", Many / 2, Hanging / 2)];
        // Before the tables are full: the plans of a worker that has run for a while were made when they were not.
        await DrainAsync(rig, service, [few], 200, Few);
        await service.StoreAsync(one, Stored / 2);
        await service.StoreAsync(few, Stored / 2);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            figures.Add("webhooks, one endpoint", "/s", await DrainAsync(rig, service, [one], count, 1, figures, ", one endpoint"));
            figures.Add($"webhooks, {Few} endpoints", "/s", await DrainAsync(rig, service, [few], count / Few, Few, figures, $", {Few} endpoints"));
            var alone = await DrainAsync(rig, service, well, count / Many, Many / 2);
            var beside = await DrainAsync(rig, service, ill, count / Many, Many / 2);
            figures.Add($"webhooks, {Many} endpoints", "/s", alone);
            figures.Add($"webhooks, the {Many} of which {Hanging} others hang beside", "/s", beside);
            figures.Add("of what they are alone", "%", 100 * beside / alone);
            await ForgetHangingAsync(service);
            await SoonAsync(rig, service, few, figures);
        }

        return figures.Done();
    }

    /// <summary>What hangs has been measured and would come again and again. Past what the worker has locked, until it has let go of it.</summary>
    private static Task ForgetHangingAsync(BenchService service) => Testing.Eventually.TrueAsync(
        async () =>
        {
            await service.ExecuteAsync("delete from webhook_messages where id = any (array(select id from webhook_messages where state = 1 for update skip locked))");
            return await service.ScalarAsync("select count(*) from webhook_messages where state = 1") == 0;
        },
        TimeSpan.FromMinutes(1));

    private static async Task<BenchTenant> TenantAsync(Rig rig, BenchService service, string key, int answering, int hanging)
    {
        var tenant = await service.NewTenantAsync(key);
        for (var i = 0; i < answering + hanging; i++)
            await tenant.AddEndpointAsync(service.Api.Client, new Uri(rig.Provider.Address, $"{(i < answering ? "hooks" : "hangs")}/{key}-{i}"), ["delivery.sent"]);
        return tenant;
    }

    /// <summary>
    /// So many notifications of each tenant are sent while the outbox is held, then each one's event goes to every endpoint of it; messages a second
    /// from the first to the last that was answered.
    /// </summary>
    private static async Task<double> DrainAsync(Rig rig, BenchService service, BenchTenant[] tenants, int events, int answering, Figures? figures = null, string of = "")
    {
        await using (await service.HoldOutboxAsync())
        {
            foreach (var tenant in tenants)
                await ClosedLoop.RunAsync(service.Api.Address, tenant.Token, events, rig.Options.Connections);
            await service.UntilIdleAsync();
            service.Pause();
        }

        await rig.Provider.WebhooksAsync(forget: true);
        await Rig.QuietAsync();
        var (cpu, postgres) = (service.Cpu(), rig.PostgresCpu());
        service.Resume();
        var came = await UntilAsync(rig, events * answering * tenants.Length);
        figures?.Add($"CPU of a webhook, the service{of}", "µs", 1e6 * (service.Cpu() - cpu) / came.Count);
        figures?.Add($"CPU of a webhook, PostgreSQL{of}", "µs", 1e6 * (rig.PostgresCpu() - postgres) / came.Count);
        return came.Count / ((came.Last - came.First) / 1e6);
    }

    private static async Task SoonAsync(Rig rig, BenchService service, BenchTenant tenant, Figures figures)
    {
        await rig.Provider.WebhooksAsync(forget: true);
        await Rig.QuietAsync();
        var request = new SendRequest(service.Api.Address, tenant.Token);
        using (var connection = new KeepAliveConnection(service.Api.Address))
        {
            for (var i = 0; i < 300; i++)
            {
                connection.Send(request.To($"user-{i}@example.com", i));
                await Task.Delay(20);
            }
        }

        var came = await UntilAsync(rig, 300 * Few);
        figures.Add("from the event to the receiver: p50", "ms", LoadResult.Quantile(came.Lags, 0.5));
        figures.Add("from the event to the receiver: p95", "ms", LoadResult.Quantile(came.Lags, 0.95));
        figures.Add("from the event to the receiver: p99", "ms", LoadResult.Quantile(came.Lags, 0.99));
    }

    private static async Task<(int Count, long First, long Last, long Hung, double[] Lags)> UntilAsync(Rig rig, int count)
    {
        var came = (Count: 0, First: 0L, Last: 0L, Hung: 0L, Lags: Array.Empty<double>());
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                await Task.Delay(500); // asking takes from what is measured
                return (came = await rig.Provider.WebhooksAsync()).Count >= count;
            },
            TimeSpan.FromMinutes(3),
            () => $"only {came.Count} of {count} webhooks came");
        return came;
    }
}
