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
    private const int ItemsOfChunk = 100;

    [Fact]
    public async Task However_often_the_processes_die_every_item_becomes_one_notification_and_the_counts_add_up()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        var answered = new ConcurrentDictionary<int, string>();
        Guid batch;
        await using (var process = await ServiceProcess.StartAsync(connectionString))
        {
            var client = process.Client;
            var token = await SendTests.Service.TokenAsync(client);
            batch = (await PostAsync(client, token, "send-batch", """{"channel":"email","content":{"subject":"Hi","text":"Hello"}}"""))!.Value.GetProperty("batchId").GetGuid();
            var sending = SendAllAsync(client, token, batch, answered);
            await Eventually.TrueAsync(() => answered.Count >= 8, TimeSpan.FromSeconds(60));
            await process.KillAsync();
            await sending;
        }

        answered.Count.ShouldBeLessThan(Chunks, "the process was killed too late to prove anything");
        await using var second = await ServiceProcess.StartAsync(connectionString);
        var newToken = await SendTests.Service.TokenAsync(second.Client);
        for (var round = 0; round < 20 && answered.Count < Chunks; round++)
        {
            var sending = SendAllAsync(second.Client, newToken, batch, answered);
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
            await SendAllAsync(second.Client, newToken, batch, again);
        foreach (var (sequence, response) in answered)
            again[sequence].ShouldBe(response);
        await Eventually.TrueAsync(async () => await PostAsync(second.Client, newToken, $"batches/{batch}/complete", "{}") is not null, TimeSpan.FromSeconds(60));
        var ended = (await Eventually.ValueAsync(
            async () => await GetAsync(second.Client, newToken, $"batches/{batch}"), found => found?.TryGetProperty("endedAt", out _) == true, TimeSpan.FromSeconds(120)))!.Value;

        (ended.GetProperty("accepted").GetInt64(), BatchTenant.Count(ended, "total"), BatchTenant.Count(ended, "pending")).ShouldBe((Chunks * ItemsOfChunk, Chunks * ItemsOfChunk, 0));
        await using var command = source.CreateCommand($"select count(*) - count(distinct reference) from notifications where batch_id = '{batch}'");
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
        (await new Invariants(source).ViolationsAsync()).ShouldBeEmpty();
    }

    private static async Task SendAllAsync(HttpClient client, string token, Guid batch, ConcurrentDictionary<int, string> answered) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, Chunks).Where(sequence => !answered.ContainsKey(sequence)), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (sequence, _) =>
        {
            var items = BatchTenant.Items(sequence * ItemsOfChunk, ItemsOfChunk);
            var body = string.Create(CultureInfo.InvariantCulture, $$"""{"batchId":"{{batch}}","sequence":{{sequence}},"notifications":[{{items}}]}""");
            if (await PostAsync(client, token, "send-chunk", body) is { } response)
                answered[sequence] = response.GetRawText();
        });

    /// <summary>Null when nobody knows what became of it.</summary>
    private static async Task<JsonElement?> PostAsync(HttpClient client, string token, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{BatchTenant.Root}/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await AskAsync(client, token, request);
    }

    private static async Task<JsonElement?> GetAsync(HttpClient client, string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{BatchTenant.Root}/{path}");
        return await AskAsync(client, token, request);
    }

    private static async Task<JsonElement?> AskAsync(HttpClient client, string token, HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await client.SendAsync(request);
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
