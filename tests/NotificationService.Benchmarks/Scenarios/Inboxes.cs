using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Benchmarks.Load;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>An inbox with 10 items and one with 100,000, all of them really sent: reading the counts and the first page, and from a send to the count in an open stream.</summary>
internal static class Inboxes
{
    private const string Root = "/api/v1/users/me/notifications";
    private const int ItemsOfChunk = 10_000;
    private const int Reads = 2000;
    private const int Probes = 100;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 100_000);
        await using var service = await BenchService.StartBothAsync(rig, ("Notification__RateLimits__UserPerMinute", "0"));
        (string User, string Token, string Items)[] people =
            [.. (await service.Tenant.PeopleAsync(service.Api.Client, 2, "reader")).Zip(["10 items", $"{count} items"], (token, items) => ("", token, items)).Select((person, i) => ($"reader-{i}", person.token, person.items))];
        await FillAsync(service, people[0].User, 10);
        for (var sent = 0; sent < count; sent += ItemsOfChunk)
            await FillAsync(service, people[1].User, ItemsOfChunk);
        await service.UntilIdleAsync();
        foreach (var person in people)
            Read(service, person.Token, $"{Root}/unread-count", Reads);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            foreach (var (user, token, items) in people)
            {
                await Rig.QuietAsync();
                Add($"{items}: counts", Read(service, token, $"{Root}/unread-count", Reads));
                Add($"{items}: first page", Read(service, token, $"{Root}?limit=20", Reads));
                Add($"{items}: send to count in a stream", await ProbeAsync(service, user, token));
            }
        }

        return figures.Done();

        void Add(string what, double[] latencies)
        {
            figures.Add($"{what}, p50", "ms", LoadResult.Quantile(latencies, 0.5));
            figures.Add($"{what}, p99", "ms", LoadResult.Quantile(latencies, 0.99));
        }
    }

    private static async Task FillAsync(BenchService service, string user, int count)
    {
        var items = string.Join(',', Enumerable.Range(0, count).Select(number => $$$"""{"recipient":{"userId":"{{{user}}}"}}"""));
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/services/notifications/send-batch")
        {
            Content = new StringContent($$$"""{"channel":"in_app","content":{"title":"Your order is on its way","body":"It comes tomorrow."},"notifications":[{{{items}}}],"final":true}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", service.Tenant.Token);
        using var response = await service.Api.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        if ((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accepted").GetInt32() != count)
            throw new InvalidOperationException("not every item was accepted");
    }

    private static double[] Read(BenchService service, string token, string path, int count)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n");
        using var connection = new KeepAliveConnection(service.Api.Address, "200");
        var latencies = new double[count];
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            connection.Send(request);
            latencies[i] = clock.Elapsed.TotalMilliseconds;
        }

        return latencies;
    }

    /// <summary>One notification after the other, each from before the send to when the new count is read.</summary>
    private static async Task<double[]> ProbeAsync(BenchService service, string user, string token)
    {
        using var open = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Api.Address, "api/v1/users/me/events"));
        open.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await service.Api.Client.SendAsync(open, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await UntilCountAsync(lines);
        var body = $$$"""{"channel":"in_app","recipient":{"userId":"{{{user}}}"},"content":{"title":"Your order is on its way","body":"It comes tomorrow."}}""";
        var request = Encoding.ASCII.GetBytes(
            $"POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: {service.Api.Address.Authority}\r\nAuthorization: Bearer {service.Tenant.Token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var connection = new KeepAliveConnection(service.Api.Address);
        var latencies = new double[Probes];
        for (var i = 0; i < Probes; i++)
        {
            var clock = Stopwatch.StartNew();
            connection.Send(request);
            await UntilCountAsync(lines);
            latencies[i] = clock.Elapsed.TotalMilliseconds;
        }

        return latencies;
    }

    private static async Task UntilCountAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: {\"unread\"", StringComparison.Ordinal))
                return;
        }

        throw new IOException("the stream ended");
    }
}
