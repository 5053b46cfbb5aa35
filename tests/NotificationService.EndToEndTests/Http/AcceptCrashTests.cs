using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.Http;

/// <summary>The process that accepts is killed in the middle of it.</summary>
public sealed class AcceptCrashTests(PostgresCluster cluster)
{
    private const string Body = """{"content":{"subject":"Hi","text":"Hello"},"channel":"email","recipient":{"email":"ann@example.com"},"reference":"crash"}""";

    [Fact]
    public async Task What_was_answered_is_there_and_what_was_not_can_be_repeated_by_its_key()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var answered = new ConcurrentDictionary<string, string>();
        var keys = Enumerable.Range(0, 600).Select(i => $"key-{i}").ToArray();
        await using (var first = await ServiceProcess.StartAsync(connectionString, ("Notification__Roles", "api")))
        {
            var api = await new ApiClient(first.Client).DemoServiceAsync();
            var sending = Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await TrySendAsync(api, key, answered));
            await Eventually.TrueAsync(() => answered.Count >= 60, TimeSpan.FromSeconds(90));
            await first.KillAsync();
            await sending;
        }

        answered.Count.ShouldBeLessThan(keys.Length, "the process was killed too late to prove anything");
        await using var second = await ServiceProcess.StartAsync(connectionString, ("Notification__Roles", "api"), ServiceProcess.WithoutSeed);
        var again = new ConcurrentDictionary<string, string>();
        var newApi = await new ApiClient(second.Client).DemoServiceAsync();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await TrySendAsync(newApi, key, again));

        again.Count.ShouldBe(keys.Length);
        foreach (var (key, id) in answered)
            again[key].ShouldBe(id);
        again.Values.ShouldBeUnique();
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        await using var command = source.CreateCommand("select array_agg(id::text) from notifications where reference = 'crash'");
        ((string[])(await command.ExecuteScalarAsync())!).Order().ShouldBe(again.Values.Order());
    }

    private static async Task TrySendAsync(ApiClient api, string key, ConcurrentDictionary<string, string> answered)
    {
        try
        {
            using var response = await api.SendNotificationAsync(Body, key);
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            answered[key] = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString() ?? "";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The process is gone: nobody knows what became of this one.
        }
    }
}
