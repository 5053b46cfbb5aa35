using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>A suspended tenant sends nothing on any node and loses nothing; everybody else does not notice.</summary>
public sealed class SuspensionTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Root = ApiClient.Notifications;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Sends_are_refused_on_every_way_in_and_every_node_and_reading_goes_on()
    {
        var (platform, tenant) = (await PlatformAsync(), await TenantAsync());
        await using var other = await service.StartInProcessAsync();
        (await StatusAsync(tenant.Api, $"{Root}/send", Send())).ShouldBe(HttpStatusCode.Accepted);
        var suspended = await platform.ReadAsync(HttpMethod.Post, $"/api/v1/admin/tenants/{tenant.Id}/suspend", new { reason = "invoice unpaid" });
        (suspended.GetProperty("status").GetString(), suspended.GetProperty("suspendedReason").GetString()).ShouldBe(("suspended", "invoice unpaid"));

        // A node may take some until it knows.
        var accepted = 1;
        foreach (var node in (ApiClient[])[tenant.Api, tenant.Api.At(other.Client)])
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var status = await StatusAsync(node, $"{Root}/send", Send());
                    accepted += status == HttpStatusCode.Accepted ? 1 : 0;
                    return status == HttpStatusCode.Forbidden;
                },
                Soon);
        }

        foreach (var (path, body) in ((string, string)[])
            [
                ($"{Root}/send?dryRun=true", Send()), ($"{Root}/send-batch", $$"""{"notifications":[{{Send()}}],"final":true}"""), ($"{Root}/send-chunk", "{}"), ($"{Root}/bulk/csv", "{}"),
                ("/api/v1/admin/templates/welcome/test-send", """{"recipient":{"email":"ann@example.com"}}"""), ("/api/v1/services/events", "{}"), ("/api/v1/services/typing", "{}"),
            ])
        {
            using var refused = await tenant.Api.SendAsync(HttpMethod.Post, path, body);
            (refused.StatusCode, (await SignInService.ReadAsync(refused)).GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Forbidden, "tenant_suspended"), path);
        }

        (await tenant.Api.GetAsync("/api/v1/admin/tenant")).GetProperty("status").GetString().ShouldBe("suspended");
        (await tenant.Api.GetAsync(Root)).GetProperty("items").GetArrayLength().ShouldBe(accepted);
        (await service.LoginAsync(tenant.Email, SignInService.Password)).Tenant.ShouldBe(tenant.Id);

        await platform.ReadAsync(HttpMethod.Post, $"/api/v1/admin/tenants/{tenant.Id}/resume");
        foreach (var node in (ApiClient[])[tenant.Api, tenant.Api.At(other.Client)])
            await Eventually.TrueAsync(async () => await StatusAsync(node, $"{Root}/send", Send()) == HttpStatusCode.Accepted, Soon);
        (await service.Database.QueryAsync<string>($"select action from audit_log where tenant_id = '{tenant.Id}' and action in ('tenant.suspended', 'tenant.resumed') order by id")).ShouldBe(["tenant.suspended", "tenant.resumed"]);
        (await service.Database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id <> '{tenant.Id}' and target = 'tenant/{tenant.Id}' and action like 'tenant.%d'")).ShouldBe(2);
    }

    [Fact]
    public async Task What_waits_is_held_and_goes_on_after_the_tenant_is_resumed_while_others_are_served()
    {
        var (platform, tenant, other) = (await PlatformAsync(), await TenantAsync(), await TenantAsync());
        var held = new List<Guid>();
        for (var i = 0; i < 5; i++)
            held.Add((await tenant.Api.ReadAsync(HttpMethod.Post, $"{Root}/send", Send(secondsAhead: 4), HttpStatusCode.Accepted)).GetProperty("id").GetGuid());
        await platform.ReadAsync(HttpMethod.Post, $"/api/v1/admin/tenants/{tenant.Id}/suspend", new { reason = "abuse" });
        var due = TimeProvider.System.GetUtcNow().AddSeconds(6);
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > due, Ample);

        for (var i = 0; i < 3; i++)
        {
            var sent = (await other.Api.ReadAsync(HttpMethod.Post, $"{Root}/send", Send(), HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
            await UntilDoneAsync(other.Api, sent);
        }

        (await service.Database.QueryAsync<string>($"select status || ' ' || claims from deliveries where tenant_id = '{tenant.Id}'")).ShouldAllBe(row => row == "20 0" || row == "10 0");
        await platform.ReadAsync(HttpMethod.Post, $"/api/v1/admin/tenants/{tenant.Id}/resume");
        foreach (var id in held)
            await UntilDoneAsync(tenant.Api, id);
    }

    [Fact]
    public async Task Only_platform_admins_suspend_and_nobody_suspends_their_own_tenant()
    {
        var (platform, tenant, victim) = (await PlatformAsync(), await TenantAsync(), await TenantAsync());
        foreach (var verb in (string[])["suspend", "resume"])
        {
            (await StatusAsync(tenant.Api, $"/api/v1/admin/tenants/{victim.Id}/{verb}", """{"reason":"x"}""")).ShouldBe(HttpStatusCode.Forbidden);
            (await StatusAsync(tenant.Api, $"/api/v1/admin/tenants/{tenant.Id}/{verb}", """{"reason":"x"}""")).ShouldBe(HttpStatusCode.Forbidden);
            (await StatusAsync(platform, $"/api/v1/admin/tenants/{Guid.NewGuid()}/{verb}", """{"reason":"x"}""")).ShouldBe(HttpStatusCode.NotFound);
        }

        foreach (var reason in (string[])["{}", """{"reason":""}""", """{"reason":"a\u0000"}""", $$"""{"reason":"{{new string('a', 501)}}"}"""])
            ((int)await StatusAsync(platform, $"/api/v1/admin/tenants/{victim.Id}/suspend", reason)).ShouldBeInRange(400, 422);
        var own = (await platform.GetAsync("/api/v1/admin/tenant")).GetProperty("id").GetGuid();
        (await StatusAsync(platform, $"/api/v1/admin/tenants/{own}/suspend", """{"reason":"x"}""")).ShouldBe(HttpStatusCode.Conflict);
        (await StatusAsync(victim.Api, $"{Root}/send", Send())).ShouldBe(HttpStatusCode.Accepted);
    }

    private static string Send(int secondsAhead = 0) => JsonSerializer.Serialize(new
    {
        channel = "email",
        content = new { subject = "Hello", text = "Hello" },
        recipient = new { email = "ann@example.com" },
        sendAt = TimeProvider.System.GetUtcNow().AddSeconds(secondsAhead).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    });

    private static async Task<HttpStatusCode> StatusAsync(ApiClient api, string path, string body)
    {
        using var response = await api.SendAsync(HttpMethod.Post, path, body);
        return response.StatusCode;
    }

    private static Task UntilDoneAsync(ApiClient api, Guid id) => Eventually.TrueAsync(
        async () => (await api.NotificationAsync(id)).GetProperty("status").GetString() is "sent" or "delivered", Ample);

    private Task<ApiClient> PlatformAsync() => service.As(null).LoginAsync("platform@demo.test", "Demo-platform-1!");

    private async Task<(ApiClient Api, Guid Id, string Email)> TenantAsync()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        await api.CreateProviderAsync(new { channel = "email", type = "sandbox", name = "Own sandbox", priority = 5 });
        return (api, admin.Tenant, admin.Email);
    }
}
