using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>A tenant takes along what it has, and nobody else's, and no secret.</summary>
public sealed class TenantExportTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/admin/tenant/export";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Every_row_of_the_tenant_is_a_line_and_no_secret_is_in_it()
    {
        var (tenant, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var api = service.As(tenant.AccessToken);
        await api.CreateProviderAsync(new { channel = "email", type = "sandbox", name = "Own", credentials = new { receiptSecret = "0123456789abcdef0123456789abcdef" } });
        var account = await service.CreateAccountAsync(tenant);
        await service.Database.ExecuteAsync($$"""
            insert into notifications (tenant_id, id, live, priority, recipient, created_at)
            select '{{tenant.Tenant}}', overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now())::text, 1, 15) from 1 for 15)::uuid, true, 2, '{"userId":"u-1"}', now() from generate_series(1, 175)
            """);
        var id = (await api.ReadAsync(HttpMethod.Post, Path, expected: HttpStatusCode.Accepted)).GetProperty("exportId").GetGuid();

        using var fetched = await api.SendAsync(HttpMethod.Get, $"{Path}s/{id}");
        var text = await fetched.Content.ReadAsStringAsync();
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        int Count(string table) => lines.Count(line => line.GetProperty("table").GetString() == table);

        (Count("tenants"), Count("users"), Count("service_accounts"), Count("notifications")).ShouldBe((1, 1, 1, 175));
        lines.Where(line => line.GetProperty("table").GetString() == "notifications").Select(line => line.GetProperty("row").GetProperty("id").GetString()).Distinct().Count().ShouldBe(175);
        lines.Select(line => line.GetProperty("row").GetProperty("tenant_id").GetString()).Distinct().ShouldBe([tenant.Tenant.ToString()]);
        foreach (var table in (string[])
            ["refresh_tokens", "one_time_tokens", "ended_tokens", "totp_secrets", "recovery_codes", "sign_in_places", "notices", "provider_credentials", "webhook_secrets"])
            Count(table).ShouldBe(0, table);
        text.ShouldNotContain(other.Tenant.ToString());
        text.ShouldNotContain("0123456789abcdef");
        text.ShouldNotContain(account.ClientSecret);
        foreach (var secret in await service.Database.QueryAsync<string>($"select password_hash from users where id = '{tenant.Id}' union all select secret_hash from service_accounts where id = '{account.Id}'"))
            text.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Only_an_admin_in_person_of_that_tenant_fetches_it()
    {
        var (tenant, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var account = await service.CreateAccountAsync(tenant, new { name = "All", scopes = new[] { "admin" }, mode = "live" });
        var machine = service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        var id = (await service.As(tenant.AccessToken).ReadAsync(HttpMethod.Post, Path, expected: HttpStatusCode.Accepted)).GetProperty("exportId").GetGuid();

        (await StatusAsync(machine, HttpMethod.Post, Path)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(machine, HttpMethod.Get, $"{Path}s/{id}")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(service.As(other.AccessToken), HttpMethod.Get, $"{Path}s/{id}")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(service.As(tenant.AccessToken), HttpMethod.Get, $"{Path}s/{Guid.NewGuid()}")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(service.As(null), HttpMethod.Get, $"{Path}s/{id}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_tenant_that_does_not_read_keeps_its_own_place_and_nobody_elses()
    {
        var (slow, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        // More than the sockets between them hold.
        await service.Database.ExecuteAsync($$"""
            insert into notifications (tenant_id, id, live, priority, recipient, data, created_at)
            select '{{slow.Tenant}}', overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now())::text, 1, 15) from 1 for 15)::uuid, true, 2, '{"userId":"u-1"}', json_build_object('text', repeat('x', 100000)), now()
            from generate_series(1, 400)
            """);
        var (slowApi, path) = (service.As(slow.AccessToken), $"{Path}s/{(await service.As(slow.AccessToken).ReadAsync(HttpMethod.Post, Path, expected: HttpStatusCode.Accepted)).GetProperty("exportId").GetGuid()}");
        var ofOther = $"{Path}s/{(await service.As(other.AccessToken).ReadAsync(HttpMethod.Post, Path, expected: HttpStatusCode.Accepted)).GetProperty("exportId").GetGuid()}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", slow.AccessToken) } };
        using var stuck = new HttpClient { BaseAddress = service.Client.BaseAddress };
        using (await stuck.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            using var second = await slowApi.SendAsync(HttpMethod.Get, path);
            second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await SignInService.ReadAsync(second)).GetProperty("code").GetString().ShouldBe("too_many_exports");
            for (var i = 0; i < 5; i++)
                (await StatusAsync(service.As(other.AccessToken), HttpMethod.Get, ofOther)).ShouldBe(HttpStatusCode.OK);
        }

        // Who went away has left its place.
        await Eventually.TrueAsync(async () => await StatusAsync(slowApi, HttpMethod.Get, path) == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiClient api, HttpMethod method, string path)
    {
        using var response = await api.SendAsync(method, path);
        return response.StatusCode;
    }
}
