using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>A tenant that is given up is gone: nobody signs in, nothing is sent, and no table has a trace of it. Everybody else stays.</summary>
public sealed class ErasureTests(ErasureTests.Service fixture) : IClassFixture<ErasureTests.Service>
{
    private const string Path = "/api/v1/admin/tenant";
    private const string Canary = "canary-5e71";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task Nothing_is_left_of_it_in_any_table_and_the_receipt_says_what_went()
    {
        var (tenant, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        foreach (var person in (SignInService.Person[])[tenant, other])
            await FillAsync(service.As(person.AccessToken));
        var before = await TracesAsync(tenant.Tenant, Canary);
        before.Count.ShouldBeGreaterThan(12, string.Join(", ", before));
        var key = (await service.As(tenant.AccessToken).GetAsync(Path)).GetProperty("key").GetString();
        await using var node = await service.StartInProcessAsync(Settles);

        var erasure = (await service.As(tenant.AccessToken).ReadAsync(HttpMethod.Delete, Path, new { confirm = key }, HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid();

        (await StatusAsync(service.As(tenant.AccessToken), HttpMethod.Get, Path)).ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await StatusAsync(new ApiClient(node.Client, tenant.AccessToken), HttpMethod.Get, Path) == HttpStatusCode.Unauthorized, Soon);
        using (var login = await service.PostAsync("/api/v1/auth/login", new { email = tenant.Email, password = SignInService.Password }))
            login.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using (var refreshed = await service.RefreshAsync(tenant.RefreshToken))
            refreshed.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError);
        var receipt = await Eventually.ValueAsync(() => service.As(null).GetAsync($"/api/v1/admin/tenant-erasures/{erasure}"), read => read.GetProperty("status").GetString() == "finished", Ample);

        (await TracesAsync(tenant.Tenant)).ShouldBeEmpty();
        (await service.Database.ScalarAsync<long>($"select count(*) from tenants where tenant_id = '{other.Tenant}'")).ShouldBe(1);
        (await TracesAsync(other.Tenant)).Count.ShouldBeGreaterThan(12);
        receipt.GetProperty("rows").GetProperty("users").GetInt64().ShouldBe(1);
        receipt.GetProperty("rows").GetProperty("notifications").GetInt64().ShouldBe(1);
        receipt.GetProperty("signature").GetString()!.Length.ShouldBe(64);
        receipt.GetRawText().ShouldNotContain(tenant.Tenant.ToString());
        (await StatusAsync(service.As(other.AccessToken), HttpMethod.Get, Path)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_an_admin_in_person_who_names_the_key_gives_a_tenant_up()
    {
        var admin = await service.RegisterAsync();
        var key = (await service.As(admin.AccessToken).GetAsync(Path)).GetProperty("key").GetString();
        var account = await service.CreateAccountAsync(admin, new { name = "All", scopes = new[] { "admin" }, mode = "live" });

        (await StatusAsync(service.As(await service.TokenAsync(account.ClientId, account.ClientSecret)), HttpMethod.Delete, Path, new { confirm = key })).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(service.As(null), HttpMethod.Delete, Path, new { confirm = key })).ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var body in (string[])["{}", """{"confirm":"demo"}""", """{"confirm":""}""", """{"confirm":null}""", """{"confirm":"a","tenant":"b"}"""])
            ((int)await StatusAsync(service.As(admin.AccessToken), HttpMethod.Delete, Path, body)).ShouldBeInRange(400, 422, body);
        (await StatusAsync(service.As(null), HttpMethod.Get, $"/api/v1/admin/tenant-erasures/{Guid.NewGuid()}")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(service.As(admin.AccessToken), HttpMethod.Get, Path)).ShouldBe(HttpStatusCode.OK);
    }

    internal static (string Name, string Value) Settles { get; } = ("Notification__Retention__ErasureSettles", "00:00:02");

    /// <summary>The tables in which the tenant's id or another text stands anywhere.</summary>
    private async Task<IReadOnlyList<string>> TracesAsync(Guid tenant, string? text = null)
    {
        var found = new List<string>();
        foreach (var table in await service.Database.QueryAsync<string>("select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition order by 1"))
        {
            var count = await service.Database.ScalarAsync<long>(
                $"select count(*) from {table} t where strpos(t::text, '{tenant}') > 0 or strpos(t::text, '{tenant:N}') > 0 or strpos(t::text, '{text ?? tenant.ToString()}') > 0");
            if (count > 0)
                found.Add($"{table} {count}");
        }

        return found;
    }

    /// <summary>Something of each kind, with a word that stands nowhere else.</summary>
    private static async Task FillAsync(ApiClient api)
    {
        await api.ReadAsync(HttpMethod.Patch, Path, new { brand = new { name = Canary } });
        await api.CreateProviderAsync(new { channel = "email", type = "sandbox", name = Canary, credentials = new { receiptSecret = "0123456789abcdef0123456789abcdef" } });
        await api.PublishTemplateAsync("order", new { key = "order", name = Canary, contents = new { email = new { en = new { subject = Canary, html = "<p>{{orderId}}</p>", text = "{{orderId}}" } } } });
        await api.CreateEventRuleAsync(new { type = "com.example.shipped", template = "order", channels = new[] { "email" }, recipient = new { email = "data.mail" } });
        await api.CreateWebhookEndpointAsync(new { url = "https://example.com/hooks", events = new[] { "*" }, description = Canary });
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/service-accounts", new { name = Canary, scopes = new[] { "notifications:send" }, mode = "live" }, HttpStatusCode.Created);
        var sent = await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", new { template = "order", channel = "email", recipient = new { email = $"{Canary}@example.com" }, data = new { orderId = Canary } }, HttpStatusCode.Accepted, key: Canary);
        await Eventually.TrueAsync(async () => (await api.NotificationAsync(sent.GetProperty("id").GetGuid())).GetProperty("status").GetString() is "sent" or "delivered", Ample);
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiClient api, HttpMethod method, string path, object? body = null)
    {
        using var response = await api.SendAsync(method, path, body);
        return response.StatusCode;
    }

    /// <summary>The service with little patience for what is under way.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, Settles);

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
