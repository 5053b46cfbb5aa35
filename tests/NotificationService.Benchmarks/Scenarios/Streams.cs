using System.Text;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// Open streams of one node: what one costs that only listens, and how soon after it was due an event is at its client, while one a second goes to
/// all. At last beside clients that are given much and never read.
/// </summary>
internal static class Streams
{
    private const int PerSecond = 1000;
    private const int Callers = 4;

    /// <summary>Numbers from here on go to everybody.</summary>
    private const int ToAll = 1_000_000;

    private static readonly TimeSpan Publishing = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, listeners) = (new Figures(), rig.Options.Count ?? 10_000);
        var people = listeners / 2;
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            // What a node once used for streams it keeps: each run has a new one.
            await using var service = await BenchService.StartBothAsync(rig, ("Notification__RateLimits__UserPerMinute", "0"));
            var tokens = await service.Tenant.PeopleAsync(service.Api.Client, people, "reader");
            using (var warm = await StreamClients.OpenAsync(service.Api.Address, tokens[..500]))
                await PublishAsync(service, 500, TimeSpan.FromSeconds(3), slow: null);
            await Rig.QuietAsync();
            var before = service.ResidentMiB();
            using var clients = await StreamClients.OpenAsync(service.Api.Address, tokens);
            var idle = await StreamClients.OpenAsync(service.Api.Address, tokens);
            await Rig.QuietAsync();
            figures.Add($"{listeners} idle streams, memory of each", "KiB", (service.ResidentMiB() - before) * 1024 / listeners);
            var cpu = Machine.CpuClock.Of(service.Api.Id);
            await Task.Delay(TimeSpan.FromSeconds(30));
            figures.Add($"{listeners} idle streams, CPU of the node", "%", (Machine.CpuClock.Of(service.Api.Id) - cpu) / 30 * 100);
            idle.Dispose();

            await Rig.QuietAsync();
            await MeasureAsync(service, clients, people, "", slow: null);
            var slowTokens = await service.Tenant.PeopleAsync(service.Api.Client, people / 20, "slow");
            using var slow = await StreamClients.OpenAsync(service.Api.Address, slowTokens, reading: false);
            await Rig.QuietAsync();
            await MeasureAsync(service, clients, people, "5 % never read: ", slow: "slow");
            figures.Add("streams of readers that ended", "", clients.Ended);
        }

        return figures.Done();

        async Task MeasureAsync(BenchService service, StreamClients clients, int count, string when, string? slow)
        {
            clients.Take();
            var (began, published) = await PublishAsync(service, count, Publishing, slow);
            var second = TimeProvider.System.TimestampFrequency;
            // What is last on its way.
            await Task.Delay(TimeSpan.FromSeconds(2));
            var arrivals = clients.Take();
            double[] own = [.. arrivals.Where(arrival => arrival.Number < ToAll).Select(arrival => Milliseconds(began + arrival.Number * second / PerSecond, arrival.At))];
            var ofAll = arrivals.Where(arrival => arrival.Number >= ToAll).GroupBy(arrival => arrival.Number, arrival => Milliseconds(began + (arrival.Number - ToAll) * second, arrival.At));
            figures.Add($"{when}of {published} published, missing", "", published - own.Length);
            figures.Add($"{when}publish to its client, p50", "ms", LoadResult.Quantile(own, 0.5));
            figures.Add($"{when}publish to its client, p99", "ms", LoadResult.Quantile(own, 0.99));
            figures.Add($"{when}publish to the last of {count} clients, p50", "ms", LoadResult.Quantile(ofAll.Select(one => one.Max()), 0.5));

            double Milliseconds(long due, long at) => (at - due) * 1000.0 / second;
        }
    }

    private static async Task<(long Began, int Published)> PublishAsync(BenchService service, int people, TimeSpan duration, string? slow)
    {
        var seconds = (int)duration.TotalSeconds;
        byte[][] single = [.. Enumerable.Range(0, seconds * PerSecond).Select(n => Publish(service, $$$"""{"type":"bench.one","audience":{"users":["reader-{{{n % people}}}"]},"data":{"n":{{{n}}}}}"""))];
        byte[][] all = [.. Enumerable.Range(0, seconds).Select(n => Publish(service, $$$"""{"type":"bench.all","audience":{"groups":["reader"]},"data":{"n":{{{ToAll + n}}}}}"""))];
        // To nobody when nobody is slow, so that publishing itself costs the same.
        var text = new string('x', 32_000);
        byte[][] much = [.. Enumerable.Range(0, seconds * 5).Select(_ => Publish(service, $$$"""{"type":"bench.much","audience":{"groups":["{{{slow ?? "nobody"}}}"]},"data":{"text":"{{{text}}}"}}"""))];
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(
            OpenLoop.RunAsync(service.Api.Address, single, PerSecond, Callers, "202"),
            OpenLoop.RunAsync(service.Api.Address, all, 1, 1, "202"),
            OpenLoop.RunAsync(service.Api.Address, much, 5, 1, "202"));
        return (began, single.Length);
    }

    private static byte[] Publish(BenchService service, string body) => Encoding.ASCII.GetBytes(
        $"POST /api/v1/services/events HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nAuthorization: Bearer {service.Tenant.Token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
