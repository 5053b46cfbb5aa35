using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>Processes and backends are killed while chunks come; whoever sends repeats what was not answered.</summary>
public sealed class BatchCrashTests(PostgresCluster cluster)
{
    private const int Chunks = 100;
    private const int ItemsOfChunk = 40;

    [Fact]
    public async Task However_often_the_processes_die_every_item_becomes_one_notification_and_the_counts_add_up()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        var answered = new ConcurrentDictionary<int, string>();
        Guid batch;
        await using (var process = await ServiceProcess.StartAsync(connectionString))
        {
            var api = await new ApiClient(process.Client).DemoServiceAsync();
            batch = (await PostAsync(api, "send-batch", """{"channel":"email","content":{"subject":"Hi","text":"Hello"}}"""))!.Value.GetProperty("batchId").GetGuid();
            var sending = SendAllAsync(api, batch, answered);
            await Eventually.TrueAsync(() => answered.Count >= 8, TimeSpan.FromSeconds(60));
            await process.KillAsync();
            await sending;
        }

        answered.Count.ShouldBeLessThan(Chunks, "the process was killed too late to prove anything");
        await using var second = await ServiceProcess.StartAsync(connectionString, ServiceProcess.WithoutSeed);
        var newApi = await new ApiClient(second.Client).DemoServiceAsync();
        for (var round = 0; round < 20 && answered.Count < Chunks; round++)
        {
            var sending = SendAllAsync(newApi, batch, answered);
            // Of the open transactions whichever is under way.
            await using (var kill = source.CreateCommand(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'notification-api' and state <> 'idle'"))
                await kill.ExecuteNonQueryAsync();
            await sending;
        }

        answered.Count.ShouldBe(Chunks);
        // Once more, all of it: the responses are those of before.
        var again = new ConcurrentDictionary<int, string>();
        // A connection that was terminated may be noticed only now.
        for (var round = 0; round < 20 && again.Count < Chunks; round++)
            await SendAllAsync(newApi, batch, again);
        foreach (var (sequence, response) in answered)
            again[sequence].ShouldBe(response);
        await Eventually.TrueAsync(async () => await PostAsync(newApi, $"batches/{batch}/complete", "{}") is not null, TimeSpan.FromSeconds(60));
        var ended = (await Eventually.ValueAsync(
            async () => await GetAsync(newApi, $"batches/{batch}"), found => found?.TryGetProperty("endedAt", out _) == true, TimeSpan.FromSeconds(120)))!.Value;

        (ended.GetProperty("accepted").GetInt64(), BatchTenant.Count(ended, "total"), BatchTenant.Count(ended, "pending")).ShouldBe((Chunks * ItemsOfChunk, Chunks * ItemsOfChunk, 0));
        await using var command = source.CreateCommand($"select count(*) - count(distinct reference) from notifications where batch_id = '{batch}'");
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
        (await new Invariants(source).ViolationsAsync()).ShouldBeEmpty();
    }

    private static async Task SendAllAsync(ApiClient api, Guid batch, ConcurrentDictionary<int, string> answered) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, Chunks).Where(sequence => !answered.ContainsKey(sequence)), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (sequence, _) =>
        {
            var items = BatchTenant.Items(sequence * ItemsOfChunk, ItemsOfChunk);
            var body = string.Create(CultureInfo.InvariantCulture, $$"""{"batchId":"{{batch}}","sequence":{{sequence}},"notifications":[{{items}}]}""");
            if (await PostAsync(api, "send-chunk", body) is { } response)
                answered[sequence] = response.GetRawText();
        });

    private static Task<JsonElement?> PostAsync(ApiClient api, string path, string body) => AskAsync(api, HttpMethod.Post, path, body);

    private static Task<JsonElement?> GetAsync(ApiClient api, string path) => AskAsync(api, HttpMethod.Get, path, null);

    /// <summary>Null when nobody knows what became of it.</summary>
    private static async Task<JsonElement?> AskAsync(ApiClient api, HttpMethod method, string path, string? body)
    {
        try
        {
            using var response = await api.SendAsync(method, $"{BatchTenant.Root}/{path}", body);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                return null;
            ((int)response.StatusCode).ShouldBeInRange(200, 299, await response.Content.ReadAsStringAsync());
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
