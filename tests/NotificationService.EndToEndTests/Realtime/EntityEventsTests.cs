using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>What administrators hear of while they are connected.</summary>
public sealed class EntityEventsTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    /// <summary>Less than the time after which streams look by themselves.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task What_is_set_up_is_an_event_for_the_tenants_administrators_at_every_node_and_for_nobody_else()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        await using var watching = await EventStream.OpenAsync(other.Client.BaseAddress!, admin.AccessToken);
        await using var stranger = await EventStream.OpenAsync(service.Client.BaseAddress!, (await service.RegisterAsync()).AccessToken);
        await watching.UntilAsync(one => one.Type == "unread_count.changed", Soon);
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "recipients:write", "events:publish" }, mode = "live" });
        var backend = service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        var person = backend.As((await backend.ReadAsync(HttpMethod.Post, "/api/v1/services/recipients/ann/tokens", new { ttl = 900 })).GetProperty("accessToken").GetString());
        await using var ordinary = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
        await ordinary.UntilAsync(one => one.Type == "unread_count.changed", Soon);

        await api.PublishTemplateAsync("ticket", new { key = "ticket", name = "Ticket", contents = new { in_app = new { en = new { title = "Ticket", body = "It was created." } } } });
        var endpoint = await api.CreateWebhookEndpointAsync(new { url = "https://hooks.invalid/in", events = new[] { "provider.parked" } });
        await api.SendAsync(HttpMethod.Delete, $"{ApiClient.Admin}/webhook-endpoints/{endpoint.GetProperty("id").GetGuid()}");

        await watching.UntilAsync(one => one.Type == "audit_entry.created" && one.Data.GetProperty("action").GetString() == "webhook_endpoint.deleted", Soon);
        var changes = watching.Events.Where(one => one.Type != "unread_count.changed").ToList();
        changes.Where(one => one.Type != "audit_entry.created").Select(one => one.Type)
            .ShouldBe(["service_account.created", "template.created", "template.updated", "webhook_endpoint.created", "webhook_endpoint.deleted"]);
        changes.Where(one => one.Type == "audit_entry.created").Select(one => one.Data.GetProperty("action").GetString())
            .ShouldBe(["service_account.created", "template.created", "template.published", "webhook_endpoint.created", "webhook_endpoint.deleted"]);
        changes.First(one => one.Type == "template.updated").Data.GetProperty("target").GetString().ShouldBe("template/ticket");
        changes.First(one => one.Type == "audit_entry.created").Data.GetProperty("actor").GetProperty("id").GetGuid().ShouldBe(admin.Id);
        var said = string.Concat(changes.Select(one => one.Data.GetRawText()));
        said.ShouldNotContain(account.ClientSecret);
        said.ShouldNotContain(endpoint.GetProperty("secret").GetString()!);
        await backend.ReadAsync(HttpMethod.Post, "/api/v1/services/events", new { type = "step.last", audience = new { tenant = true } }, System.Net.HttpStatusCode.Accepted);
        await ordinary.UntilAsync(one => one.Type == "step.last", Soon);
        ordinary.Events.Select(one => one.Type).ShouldBe(["unread_count.changed", "step.last"]);
        stranger.Events.ShouldNotContain(one => one.Type != "unread_count.changed");
    }

    [Fact]
    public async Task While_an_administrator_is_connected_the_end_of_a_batch_is_an_event_and_otherwise_nothing_is_written()
    {
        var (watched, alone) = (await service.RegisterAsync(), await service.RegisterAsync());
        await using var watching = await EventStream.OpenAsync(service.Client.BaseAddress!, watched.AccessToken);
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>($"select count(*) from presence where tenant_id = '{watched.Tenant}' and room = 'role:admin'") == 1, Ample);

        foreach (var admin in (SignInService.Person[])[alone, watched])
        {
            await service.As(admin.AccessToken).ReadAsync(
                HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", new { channel = "in_app", content = new { title = "t", body = "b" }, notifications = new[] { new { recipient = new { userId = "ann" } } }, final = true },
                System.Net.HttpStatusCode.Accepted);
        }

        var ended = await watching.UntilAsync(one => one.Type == "batch.completed", Ample);
        ended.Data.GetProperty("batchId").GetGuid().ShouldNotBe(Guid.Empty);
        (await service.Database.ScalarAsync<long>("select count(*) from realtime_events where type like 'delivery.%'")).ShouldBe(0);
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>($"select count(*) from outbox where tenant_id = '{alone.Tenant}'") == 0, Ample);
        (await service.Database.ScalarAsync<long>($"select count(*) from realtime_events where tenant_id = '{alone.Tenant}' and type = 'batch.completed'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_change_that_is_not_committed_is_no_event()
    {
        var admin = await service.RegisterAsync();
        var before = await CountAsync(admin);

        using (var refused = await service.As(admin.AccessToken).SendAsync(HttpMethod.Post, $"{ApiClient.Admin}/webhook-endpoints", new { url = "no address", events = new[] { "*" } }))
            ((int)refused.StatusCode).ShouldBe(422);

        (await CountAsync(admin)).ShouldBe(before);
    }

    private Task<long> CountAsync(SignInService.Person admin) => service.Database.ScalarAsync<long>($"select count(*) from realtime_events where tenant_id = '{admin.Tenant}'");
}
