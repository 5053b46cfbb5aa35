using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>Nothing falls in between: neither while a commit is held open nor when everybody comes back at once. <c>RESUMED_STREAMS</c> makes it more.</summary>
public sealed class ResumeTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const string Publish = "/api/v1/services/events";
    private const int OfPerson = 20;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);
    private static readonly int Streams = int.TryParse(Environment.GetEnvironmentVariable("RESUMED_STREAMS"), out var value) ? value : 200;

    private readonly SignInService service = new(cluster, isInProcess: true, ("Notification__RateLimits__UserPerMinute", "0"));

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task What_is_published_while_a_commit_is_held_open_comes_after_it_at_every_node_and_holds_up_no_other_tenant()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, tenant) = await BackendAsync();
        var (stranger, _) = await BackendAsync();
        var person = await TokenAsync(backend, "ann");
        await using var here = await EventStream.OpenAsync(service.Client.BaseAddress!, person, comesBack: true);
        await using var there = await EventStream.OpenAsync(other.Client.BaseAddress!, person, comesBack: true);
        await PublishAsync(backend, "step.first");
        foreach (var stream in (EventStream[])[here, there])
            await stream.UntilAsync(one => one.Type == "step.first", Ample);

        await using var connection = await service.Database.Superuser.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var held = connection.CreateCommand())
        {
            held.CommandText = $"""
                with head as (update realtime_heads set sequence = sequence + 1 where tenant_id = '{tenant}' returning sequence)
                insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
                select '{tenant}', sequence, gen_random_uuid(), 'step.held', '[{JsonSerializer.Serialize(new { users = new[] { "ann" } })}]', '{"{}"}', now() from head
                """;
            await held.ExecuteNonQueryAsync();
        }

        Task[] waiting = [PublishAsync(backend, "step.after"), PublishAsync(backend.At(other.Client), "step.after")];
        await PublishAsync(stranger, "step.elsewhere");
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%realtime_heads%'") >= 2, Ample);
        waiting.ShouldAllBe(task => !task.IsCompleted);
        here.Events.Concat(there.Events).ShouldNotContain(one => one.Type == "step.after");
        await transaction.CommitAsync();
        await Task.WhenAll(waiting);

        foreach (var stream in (EventStream[])[here, there])
        {
            await Eventually.TrueAsync(() => stream.Events.Count(one => one.Type == "step.after") == 2, Ample);
            stream.Events.Select(one => one.Type).Where(type => type.StartsWith("step.", StringComparison.Ordinal)).ShouldBe(["step.first", "step.held", "step.after", "step.after"]);
        }
    }

    [Fact]
    public async Task Everybody_who_comes_back_at_once_is_given_what_it_missed_without_a_gap_and_once()
    {
        await using var other = await service.StartInProcessAsync();
        Uri[] nodes = [service.Client.BaseAddress!, other.Client.BaseAddress!];
        var (backend, _) = await BackendAsync();
        var tokens = new List<string>();
        for (var i = 0; i < (Streams + (2 * OfPerson) - 1) / (2 * OfPerson); i++)
            tokens.Add(await TokenAsync(backend, $"u{i}"));
        string last;
        await using (var first = await EventStream.OpenAsync(nodes[0], tokens[0], comesBack: true))
        {
            await PublishAsync(backend, "step.first", new { tenant = true });
            last = (await first.UntilAsync(one => one.Type == "step.first", Ample)).Id;
        }

        for (var i = 0; i < 20; i++)
            await PublishAsync(backend, "step.missed", new { tenant = true }, new { i });
        var publishing = Task.Run(async () =>
        {
            for (var i = 20; i < 40; i++)
                await PublishAsync(backend, "step.missed", new { tenant = true }, new { i });
        });
        // The inboxes of the others have versions of their own: all of them are new, and at 0.
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => EventStream.OpenAsync(nodes[i % 2], tokens[i / (2 * OfPerson)], last, comesBack: true)));
        await publishing;
        await PublishAsync(backend, "step.last", new { tenant = true });

        foreach (var stream in streams)
        {
            await stream.UntilAsync(one => one.Type == "step.last", Ample);
            stream.Events.Where(one => one.Type == "step.missed").Select(one => one.Data.GetProperty("i").GetInt32()).ShouldBe(Enumerable.Range(0, 40));
            stream.Events.ShouldNotContain(one => one.Type == "reset");
        }

        await Task.WhenAll(streams.Select(stream => stream.DisposeAsync().AsTask()));
    }

    private async Task<(ApiClient Backend, Guid Tenant)> BackendAsync()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "recipients:write", "events:publish" }, mode = "live" });
        return (service.As(await service.TokenAsync(account.ClientId, account.ClientSecret)), admin.Tenant);
    }

    private static async Task<string> TokenAsync(ApiClient backend, string userId) =>
        (await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { ttl = 900 })).GetProperty("accessToken").GetString()!;

    private static Task<JsonElement> PublishAsync(ApiClient backend, string type, object? audience = null, object? data = null) =>
        backend.ReadAsync(HttpMethod.Post, Publish, new { type, audience = audience ?? new { users = new[] { "ann" } }, data = data ?? new { } }, HttpStatusCode.Accepted);
}
