using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>Across tenants there is one way: explicit, for a time, in both logs, and gone with the sign-in that asked for it.</summary>
public sealed class ElevationTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Tenants = "/api/v1/admin/tenants";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(20);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task An_elevated_token_acts_as_admin_of_that_tenant_and_says_whose_it_is()
    {
        var (platform, tenant) = (await PlatformAsync(), await service.RegisterAsync());
        var elevated = await ElevateAsync(platform.AccessToken, tenant.Tenant, "ticket 4711", 15);

        (await elevated.GetAsync("/api/v1/admin/tenant")).GetProperty("id").GetGuid().ShouldBe(tenant.Tenant);
        await elevated.ReadAsync(HttpMethod.Patch, "/api/v1/admin/tenant", """{"timezone":"Europe/Berlin"}""");

        (await service.Database.QueryAsync<string>($"select action || ' ' || actor_id || ' ' || coalesce(after ->> 'reason', '') || ' ' || actor_name from audit_log where tenant_id = '{tenant.Tenant}' and action in ('tenant.elevated', 'tenant.changed') order by id"))
            .ShouldBe([$"tenant.elevated {platform.Id} ticket 4711 platform admin, of tenant {platform.Tenant}", $"tenant.changed {platform.Id}  platform admin, of tenant {platform.Tenant}"]);
        (await service.Database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{platform.Tenant}' and action = 'tenant.elevated' and target = 'tenant/{tenant.Tenant}'")).ShouldBe(1);
    }

    [Fact]
    public async Task It_elevates_no_further_and_reaches_no_third_tenant()
    {
        var (platform, tenant, third) = (await PlatformAsync(), await service.RegisterAsync(), await service.RegisterAsync());
        var elevated = await ElevateAsync(platform.AccessToken, tenant.Tenant, "x", 5);

        foreach (var path in (string[])[$"{Tenants}/{third.Tenant}/elevate", $"{Tenants}/{tenant.Tenant}/elevate", $"{Tenants}/{third.Tenant}/suspend", Tenants])
            (await StatusAsync(elevated, HttpMethod.Post, path, """{"reason":"x","minutes":5,"name":"x","admin":{"email":"a@example.com","name":"a"}}""")).ShouldBe(HttpStatusCode.Forbidden, path);
        (await StatusAsync(elevated, HttpMethod.Get, Tenants)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(elevated, HttpMethod.Post, "/api/v1/auth/totp", "{}")).ShouldBe(HttpStatusCode.Forbidden);
        var provider = (await service.As(third.AccessToken).CreateProviderAsync(new { channel = "email", type = "sandbox", name = "Theirs" })).GetProperty("id").GetGuid();
        (await StatusAsync(elevated, HttpMethod.Get, $"/api/v1/admin/providers/{provider}")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Without_elevation_a_platform_admin_sees_nothing_of_what_another_tenant_has()
    {
        var (platform, tenant) = (await PlatformAsync(), await service.RegisterAsync());
        var (own, api) = (service.As(platform.AccessToken), service.As(tenant.AccessToken));
        var provider = (await api.CreateProviderAsync(new { channel = "email", type = "sandbox", name = "Theirs" })).GetProperty("id").GetGuid();
        var sent = (await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", """{"channel":"email","content":{"subject":"canary-7f3a","text":"canary-7f3a"},"recipient":{"email":"ann@example.com"}}""", HttpStatusCode.Accepted)).GetProperty("id").GetGuid();

        foreach (var path in (string[])[$"/api/v1/admin/providers/{provider}", $"{ApiClient.Notifications}/{sent}", $"{ApiClient.Notifications}/{sent}/timeline", $"{ApiClient.Notifications}/{sent}/explain"])
            (await StatusAsync(own, HttpMethod.Get, path)).ShouldBe(HttpStatusCode.NotFound, path);
        foreach (var path in (string[])["/api/v1/admin/providers", ApiClient.Notifications, "/api/v1/admin/service-accounts", "/api/v1/admin/sandbox/messages", $"{Tenants}/{tenant.Tenant}", Tenants])
        {
            using var response = await own.SendAsync(HttpMethod.Get, path);
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("canary-7f3a", customMessage: path);
        }
    }

    [Fact]
    public async Task It_ends_with_the_sign_in_that_asked_for_it()
    {
        var (platform, tenant) = (await PlatformAsync(), await service.RegisterAsync());
        var elevated = await ElevateAsync(platform.AccessToken, tenant.Tenant, "x", 60);
        (await StatusAsync(elevated, HttpMethod.Get, "/api/v1/admin/tenant")).ShouldBe(HttpStatusCode.OK);

        using (var left = await service.PostAsync("/api/v1/auth/logout", new { refreshToken = platform.RefreshToken }))
            left.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(async () => await StatusAsync(elevated, HttpMethod.Get, "/api/v1/admin/tenant") == HttpStatusCode.Unauthorized, Ample);
    }

    [Fact]
    public async Task It_ends_when_the_role_is_taken_away_or_the_person_is_disabled()
    {
        var tenant = await service.RegisterAsync();
        foreach (var change in (string[])["roles = '{admin}'", "disabled_at = now()"])
        {
            var person = await service.RegisterAsync();
            await service.Database.ExecuteAsync($"update users set roles = '{{platform_admin}}' where id = '{person.Id}'");
            var platform = await service.LoginAsync(person.Email, SignInService.Password);
            var elevated = await ElevateAsync(platform.AccessToken, tenant.Tenant, "x", 60);
            (await StatusAsync(elevated, HttpMethod.Get, "/api/v1/admin/tenant")).ShouldBe(HttpStatusCode.OK);

            await service.Database.ExecuteAsync($"update users set {change} where id = '{person.Id}'");

            await Eventually.TrueAsync(async () => await StatusAsync(elevated, HttpMethod.Get, "/api/v1/admin/tenant") == HttpStatusCode.Unauthorized, Ample);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":"x"}""")]
    [InlineData("""{"minutes":5}""")]
    [InlineData("""{"reason":"x","minutes":0}""")]
    [InlineData("""{"reason":"x","minutes":61}""")]
    [InlineData("""{"reason":"x","minutes":2147483648}""")]
    [InlineData("""{"reason":" ","minutes":5}""")]
    [InlineData("""{"reason":"x","minutes":5,"role":"platform_admin"}""")]
    public async Task What_is_no_elevation_is_refused(string body)
    {
        var (platform, tenant) = (await PlatformAsync(), await service.RegisterAsync());
        ((int)await StatusAsync(service.As(platform.AccessToken), HttpMethod.Post, $"{Tenants}/{tenant.Tenant}/elevate", body)).ShouldBeInRange(400, 422);
        (await service.Database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{tenant.Tenant}' and action = 'tenant.elevated'")).ShouldBe(0);
    }

    [Fact]
    public async Task Tenants_admins_and_service_accounts_do_not_elevate()
    {
        var (tenant, victim) = (await service.RegisterAsync(), await service.RegisterAsync());
        var account = await service.CreateAccountAsync(tenant, new { name = "All", scopes = new[] { "admin" }, mode = "live" });
        foreach (var token in (string[])[tenant.AccessToken, await service.TokenAsync(account.ClientId, account.ClientSecret)])
        {
            foreach (var (method, path) in ((HttpMethod, string)[])
                [(HttpMethod.Get, Tenants), (HttpMethod.Post, Tenants), (HttpMethod.Get, $"{Tenants}/{victim.Tenant}"), (HttpMethod.Post, $"{Tenants}/{victim.Tenant}/elevate"), (HttpMethod.Post, $"{Tenants}/{Guid.NewGuid()}/elevate")])
                (await StatusAsync(service.As(token), method, path, method == HttpMethod.Post ? """{"reason":"x","minutes":5}""" : null)).ShouldBe(HttpStatusCode.Forbidden, path);
        }
    }

    [Fact]
    public async Task A_tenant_is_made_with_an_invited_admin_found_and_listed()
    {
        var platform = service.As((await PlatformAsync()).AccessToken);
        var key = $"made-{Guid.NewGuid():N}";
        var made = await platform.ReadAsync(HttpMethod.Post, Tenants, new { key, name = "Made Ltd", admin = new { email = "invited@example.com", name = "Ann" } }, HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        made.GetProperty("admin").GetProperty("status").GetString().ShouldBe("invited");
        (await service.Database.ScalarAsync<long>($"select count(*) from one_time_tokens t join users u using (tenant_id) where t.tenant_id = '{id}' and t.kind = 3 and t.account_id = u.id and u.invited_at is not null")).ShouldBe(1);

        (await platform.GetAsync($"{Tenants}/{id}")).GetProperty("key").GetString().ShouldBe(key);
        (await platform.GetAsync($"{Tenants}?key={key}")).GetProperty("items")[0].GetProperty("id").GetGuid().ShouldBe(id);
        (await platform.GetAsync($"{Tenants}?search={key[^12..].ToUpperInvariant()}")).GetProperty("items")[0].GetProperty("id").GetGuid().ShouldBe(id);
        (await StatusAsync(platform, HttpMethod.Post, Tenants, "{\"key\":\"" + key + "\",\"name\":\"Other\",\"admin\":{\"email\":\"b@example.com\",\"name\":\"B\"}}")).ShouldBe(HttpStatusCode.Conflict);
        (await StatusAsync(platform, HttpMethod.Post, Tenants, """{"key":"Not a key","name":"","admin":{"email":"x"}}""")).ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var login = await service.PostAsync("/api/v1/auth/login", new { email = "invited@example.com", password = "", tenant = key });
        login.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await platform.ReadAsync(HttpMethod.Post, $"{Tenants}/{id}/suspend", new { reason = "x" });
        (await platform.GetAsync($"{Tenants}?status=suspended&search={key}")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await platform.GetAsync($"{Tenants}?status=active&search={key}")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_list_goes_on_by_cursor_to_its_end_and_has_each_tenant_once()
    {
        for (var i = 0; i < 5; i++)
            await service.RegisterAsync();
        var platform = service.As((await PlatformAsync()).AccessToken);
        var (seen, path) = (new List<Guid>(), $"{Tenants}?limit=2");
        while (path is not null)
        {
            var page = await platform.GetAsync(path);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            path = page.TryGetProperty("nextCursor", out var next) ? $"{Tenants}?limit=2&cursor={next.GetString()}" : null;
        }

        seen.Distinct().Count().ShouldBe(seen.Count);
        seen.Count.ShouldBeGreaterThanOrEqualTo(6);
        (await StatusAsync(platform, HttpMethod.Get, $"{Tenants}?cursor=abc")).ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private Task<SignInService.Person> PlatformAsync() => service.LoginAsync("platform@demo.test", "Demo-platform-1!");

    private async Task<ApiClient> ElevateAsync(string token, Guid tenant, string reason, int minutes) =>
        service.As((await service.As(token).ReadAsync(HttpMethod.Post, $"{Tenants}/{tenant}/elevate", new { reason, minutes })).GetProperty("accessToken").GetString());

    private static async Task<HttpStatusCode> StatusAsync(ApiClient api, HttpMethod method, string path, string? body = null)
    {
        using var response = await api.SendAsync(method, path, body);
        return response.StatusCode;
    }
}
