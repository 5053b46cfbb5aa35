using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// Pages of one tenant's finished notifications: each filter and each pair of filters by one caller, and all of them mixed by many. Statistics
/// are whatever autovacuum has come to by then.
/// </summary>
internal static class Lists
{
    private const string Root = "api/v1/services/notifications";
    private const int Templates = 20;

    private static readonly string[] Filters =
    [
        "status=sent", "status=read", "status=failed", "channel=sms", "template=list-3", "category=category-4", "priority=low", "userId=user-77", "reference=order-77",
        "since=2000-01-01T00:00:00Z",
    ];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count, callers) = (new Figures(), rig.Options.Count ?? 1_000_000, Math.Max(rig.Options.Connections, 100));
        await using var service = await BenchService.StartAsync(rig);
        await PlantAsync(service, count);
        var load = new ListLoad(service.Api.Address, service.Tenant.Token);
        string[] singles = [.. Filters.Select(filter => $"{Root}?{filter}")];
        string[] pairs = [.. Filters.SelectMany((one, i) => Filters.Skip(i + 1).Where(other => one.Split('=')[0] != other.Split('=')[0]).Select(other => $"{Root}?{one}&{other}"))];
        await load.RunAsync([Root, .. singles, .. pairs], callers: 4, TimeSpan.FromSeconds(10));
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await Rig.QuietAsync();
            await AloneAsync("first page", [Root]);
            await AloneAsync("first page by cursor", [$"{Root}?cursor="]);
            await AloneAsync("page 100 of 100", [$"{Root}?page=100&limit=100"]);
            foreach (var single in singles)
                await AloneAsync(single[(Root.Length + 1)..], [single]);
            await AloneAsync("pairs", pairs);
            await ManyAsync("first page", [Root]);
            await ManyAsync("filters", singles);
            await ManyAsync("pairs", pairs);
        }

        return figures.Done();

        async Task AloneAsync(string what, string[] paths)
        {
            var pages = await load.RunAsync(paths, callers: 1, TimeSpan.FromSeconds(paths.Length > 1 ? 10 : 2));
            figures.Add($"{what}, alone, p95", "ms", pages.Latency(0.95));
        }

        async Task ManyAsync(string what, string[] paths)
        {
            var pages = await load.RunAsync(paths, callers, TimeSpan.FromSeconds(10));
            figures.Add($"{what}, {callers} callers", "/s", pages.Rate);
            figures.Add($"{what}, {callers} callers, p50", "ms", pages.Latency(0.5));
            figures.Add($"{what}, {callers} callers, p95", "ms", pages.Latency(0.95));
        }
    }

    /// <summary>A day's worth a day, the newest now; one in fifty failed, one in a hundred was read.</summary>
    private static async Task PlantAsync(BenchService service, int count)
    {
        const int Portion = 100_000;
        await service.ExecuteAsync(
            $"""
            insert into templates (tenant_id, id, key, name, created_at, updated_at)
            select '{service.Tenant.Id}', gen_random_uuid(), 'list-' || i, 'List', now(), now() from generate_series(0, {Templates - 1}) i
            """);
        for (var first = 0; first < count; first += Portion)
        {
            await service.ExecuteAsync(
                $"""
                with t as materialized (select id, split_part(key, '-', 2)::int as i from templates where tenant_id = '{service.Tenant.Id}' and key like 'list-%'),
                ids as materialized (
                    select g, hashint4(g) & 65535 as dice, lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 20::bigint * ({count} - g)), 12, '0') || '7' || substr(md5(g::text), 1, 3)
                        || '8' || substr(md5('{service.Tenant.Id}' || g), 1, 14) as prefix
                    from generate_series({first + 1}, {Math.Min(count, first + Portion)}) g),
                stored as (
                    insert into notifications (id, tenant_id, live, template_id, template_version, category, reference, priority, recipient, data, created_at)
                    select (prefix || '0')::uuid, '{service.Tenant.Id}', dice % 100 > 0, t.id, 1, 'category-' || dice % 10, 'order-' || g, 1 + dice % 3,
                        json_build_object('userId', 'user-' || g % 50000, 'name', 'Customer ' || g, 'email', 'user' || g || '@example.com'),
                        json_build_object('orderId', 'ORD-' || g, 'total', '100.95', 'note', repeat('x', 300)), now()
                    from ids join t on t.i = dice % {Templates} order by prefix)
                insert into deliveries (id, tenant_id, channel, priority, status, due_at, failure_kind, failure_code, live)
                select (prefix || (1 + dice % 4)::text)::uuid, '{service.Tenant.Id}', 1 + dice % 4, 1 + dice % 3,
                    case when dice % 50 = 1 then 73 when dice % 100 = 2 then 60 when dice % 10 = 3 then 40 else 50 end, now(),
                    case when dice % 50 = 1 then 1 + dice % 3 end, case when dice % 50 = 1 then 'http_503' end, dice % 100 > 0
                from ids order by prefix
                """);
        }

        await service.ExecuteAsync("checkpoint");
    }
}
