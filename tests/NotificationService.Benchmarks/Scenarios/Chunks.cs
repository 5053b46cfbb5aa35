using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>Accepting alone, in chunks and one by one: the worker stands still.</summary>
internal static class Chunks
{
    private const int ItemsOfChunk = 10_000;
    private const int Callers = 4;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, chunks) = (new Figures(), (rig.Options.Count ?? 200_000) / ItemsOfChunk);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        service.Pause();
        await RepeatAsync(service, 4);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await service.ResetAsync();
            await Rig.QuietAsync();
            var cpu = CpuSpan.Begin(rig, service);
            var began = TimeProvider.System.GetTimestamp();
            var slowest = await RepeatAsync(service, chunks);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            cpu.End(figures, chunks * ItemsOfChunk);
            figures.Add("accepted in chunks", "/s", chunks * ItemsOfChunk / seconds);
            figures.Add("slowest chunk", "ms", slowest.TotalMilliseconds);

            await service.ResetAsync();
            await Rig.QuietAsync();
            figures.Add("single sends", "/s", (await service.SendAsync(20_000)).Rate);

            await service.ResetAsync();
            began = TimeProvider.System.GetTimestamp();
            await AddAsync(service, await OpenAsync(service), 0, 500);
            figures.Add("500 recipients stored in", "ms", TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }

        return figures.Done();
    }

    private static async Task<TimeSpan> RepeatAsync(BenchService service, int chunks)
    {
        var (batch, slowest) = (await OpenAsync(service), TimeSpan.Zero);
        await Parallel.ForEachAsync(Enumerable.Range(0, chunks), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (sequence, _) =>
        {
            var took = await AddAsync(service, batch, sequence, ItemsOfChunk);
            slowest = took > slowest ? took : slowest;
        });
        return slowest;
    }

    private static async Task<Guid> OpenAsync(BenchService service)
    {
        using var response = await PostAsync(service, "send-batch", """{"channel":"email","content":{"subject":"Your order","text":"It is on its way."}}""");
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("batchId").GetGuid();
    }

    private static async Task<TimeSpan> AddAsync(BenchService service, Guid batch, int sequence, int count)
    {
        var items = string.Join(',', Enumerable.Range(sequence * count, count).Select(number => $$"""{"recipient":{"email":"user{{number}}@example.com"},"reference":"r-{{number}}"}"""));
        var body = $$"""{"batchId":"{{batch}}","sequence":{{sequence}},"notifications":[{{items}}]}""";
        var began = TimeProvider.System.GetTimestamp();
        using var response = await PostAsync(service, "send-chunk", body);
        return TimeProvider.System.GetElapsedTime(began);
    }

    private static async Task<HttpResponseMessage> PostAsync(BenchService service, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/services/notifications/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", service.Tenant.Token);
        var response = await service.Api.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return response;
    }
}
