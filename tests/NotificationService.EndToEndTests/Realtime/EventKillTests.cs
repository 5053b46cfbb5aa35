using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>An event whose publisher was answered is there once, whatever became of the process that took it, and none is left out between two.</summary>
public sealed class EventKillTests(PostgresCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly SignInService service = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task Killed_while_many_publish_every_answered_event_is_there_once_and_the_numbers_have_no_gap()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "events:publish" }, mode = "live" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);
        await using var victim = await service.StartNodeAsync(("Notification__Roles", "api"));
        var publisher = new ApiClient(victim.Client, token);

        // Sixteen at a time share commits; the process dies in the middle.
        var (answered, next) = (new bool[2_000], -1);
        var publishing = Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < answered.Length; i = Interlocked.Increment(ref next))
                answered[i] = await PublishAsync(publisher, i);
        }));
        await Eventually.TrueAsync(() => answered.Count(one => one) >= 100, Ample);
        await victim.KillAsync();
        await publishing;

        var stored = await service.Database.QueryAsync<int>($"select (data ->> 'i')::int from realtime_events where tenant_id = '{admin.Tenant}' and type = 'step.killed'");
        answered.Count(one => one).ShouldBeInRange(100, answered.Length - 1);
        Enumerable.Range(0, answered.Length).Where(i => answered[i]).Except(stored).ShouldBeEmpty();
        stored.Distinct().Count().ShouldBe(stored.Count);
        (await service.Database.ScalarAsync<bool>($"select max(sequence) - min(sequence) + 1 = count(*) from realtime_events where tenant_id = '{admin.Tenant}'")).ShouldBeTrue();
        // Another process goes on where that one was.
        (await PublishAsync(new ApiClient(service.Client, token), answered.Length)).ShouldBeTrue();
        (await service.Database.ScalarAsync<bool>($"select max(sequence) - min(sequence) + 1 = count(*) from realtime_events where tenant_id = '{admin.Tenant}'")).ShouldBeTrue();
    }

    private static async Task<bool> PublishAsync(ApiClient publisher, int i)
    {
        try
        {
            using var response = await publisher.SendAsync(HttpMethod.Post, "/api/v1/services/events", new { type = "step.killed", audience = new { users = new[] { "ann" } }, data = new { i } });
            return response.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
