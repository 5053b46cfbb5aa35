using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>The tenant's settings over the API: what is taken, what is refused and by which pointer.</summary>
public sealed class TenantSettingsApiTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/admin/tenant";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task What_is_set_is_merged_kept_in_one_spelling_and_taken_back_by_null()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        var bare = await api.GetAsync(Path);
        (bare.GetProperty("id").GetGuid(), bare.GetProperty("status").GetString(), bare.GetProperty("brand").GetProperty("name").GetString()).ShouldBe((admin.Tenant, "active", "Example Ltd"));

        await api.ReadAsync(HttpMethod.Patch, Path, """
            {"name":"New Ltd","locale":"fr-CA","timezone":"Europe/Berlin","retentionDays":{"email":30,"sms":7},"limits":{"sendPerMinute":60,"daily":{"sms":5}},"smsCaps":{"+44":1000,"+1":0},
             "sendingDomains":["Example.COM","müller.example"],"allowedOrigins":["https://App.example.com","http://localhost:3000"],"brand":{"logoUrl":"https://example.com/a.png","color":"#0A7C5F"}}
            """);
        var changed = await api.ReadAsync(HttpMethod.Patch, Path, """{"locale":null,"retentionDays":{"sms":null},"limits":{"sendPerMinute":null},"smsCaps":{"+1":null,"+33":2}}""");

        changed.GetRawText().ShouldBe((await api.GetAsync(Path)).GetRawText());
        (changed.GetProperty("name").GetString(), changed.GetProperty("locale").GetString(), changed.GetProperty("timezone").GetString()).ShouldBe(("New Ltd", "en", "Europe/Berlin"));
        changed.GetProperty("retentionDays").GetRawText().ShouldBe("""{"email":30}""");
        changed.GetProperty("limits").GetRawText().ShouldBe("""{"daily":{"sms":5}}""");
        changed.GetProperty("smsCaps").EnumerateObject().Select(cap => (cap.Name, cap.Value.GetInt32())).Order().ShouldBe([("+33", 2), ("+44", 1000)]);
        changed.GetProperty("sendingDomains").GetRawText().ShouldBe("""["example.com","xn--mller-kva.example"]""");
        changed.GetProperty("allowedOrigins").GetRawText().ShouldBe("""["https://app.example.com","http://localhost:3000"]""");
        changed.GetProperty("brand").GetRawText().ShouldBe("""{"name":"New Ltd","logoUrl":"https://example.com/a.png","color":"#0a7c5f"}""");
        (await service.Database.QueryAsync<string>($"select after::text from audit_log where tenant_id = '{admin.Tenant}' and action = 'tenant.changed' order by id")).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"name":null}""", "/name")]
    [InlineData("""{"locale":"english"}""", "/locale")]
    [InlineData("""{"timezone":"Berlin"}""", "/timezone")]
    [InlineData("""{"retentionDays":{"fax":3}}""", "/retentionDays/fax")]
    [InlineData("""{"retentionDays":{"email":0}}""", "/retentionDays/email")]
    [InlineData("""{"retentionDays":{"email":99999}}""", "/retentionDays/email")]
    [InlineData("""{"limits":{"sendPerMinute":0}}""", "/limits/sendPerMinute")]
    [InlineData("""{"limits":{"daily":{"email":-1}}}""", "/limits/daily/email")]
    [InlineData("""{"limits":{"weekly":1}}""", "/limits/weekly")]
    [InlineData("""{"smsCaps":{"44":1}}""", "/smsCaps/44")]
    [InlineData("""{"smsCaps":{"+0":1}}""", "/smsCaps/+0")]
    [InlineData("""{"smsCaps":{"+44":-1}}""", "/smsCaps/+44")]
    [InlineData("""{"sendingDomains":["a@example.com"]}""", "/sendingDomains/0")]
    [InlineData("""{"sendingDomains":["example.com","localhost"]}""", "/sendingDomains/1")]
    [InlineData("""{"sendingDomains":[null]}""", "/sendingDomains/0")]
    [InlineData("""{"allowedOrigins":["*"]}""", "/allowedOrigins/0")]
    [InlineData("""{"allowedOrigins":["https://example.com/"]}""", "/allowedOrigins/0")]
    [InlineData("""{"allowedOrigins":["https://u:p@example.com"]}""", "/allowedOrigins/0")]
    [InlineData("""{"allowedOrigins":["null"]}""", "/allowedOrigins/0")]
    [InlineData("""{"brand":{"logoUrl":"http://example.com/a.png"}}""", "/brand/logoUrl")]
    [InlineData("""{"brand":{"logoUrl":"https://example.com/\" onerror=x"}}""", "/brand/logoUrl")]
    [InlineData("""{"brand":{"logoUrl":"javascript:alert(1)"}}""", "/brand/logoUrl")]
    [InlineData("""{"brand":{"color":"red;}"}}""", "/brand/color")]
    [InlineData("""{"brand":{"name":"a\u0000b"}}""", "/brand/name")]
    [InlineData("""{"status":"active"}""", "/status")]
    [InlineData("""{"key":"demo"}""", "/key")]
    [InlineData("""{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"}""", "/id")]
    public async Task What_is_wrong_is_refused_by_its_pointer_and_changes_nothing(string patch, string pointer)
    {
        var admin = await service.RegisterAsync();
        using var response = await service.As(admin.AccessToken).SendAsync(HttpMethod.Patch, Path, patch);
        var problem = await SignInService.ReadAsync(response);

        ((int)response.StatusCode).ShouldBeInRange(400, 422, problem.GetRawText());
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldContain(pointer, problem.GetRawText());
        (await service.Database.ScalarAsync<long>($"select count(*) from tenant_settings where tenant_id = '{admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Bombs_are_refused_quickly_and_leave_nothing()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        string[] bombs =
        [
            "{\"smsCaps\":{" + string.Join(',', Enumerable.Range(1, 10_000).Select(i => $"\"+{i}\":1")) + "}}",
            $$"""{"sendingDomains":[{{string.Join(',', Enumerable.Repeat("\"a.example\"", 20_000))}}]}""",
            $$"""{"allowedOrigins":["https://{{new string('a', 100_000)}}.example"]}""",
            $$"""{"brand":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""",
            """{"brand":{"name":"a"},"brand":{"name":"b"}}""",
            $$"""{"locale":"{{new string('a', 50_000)}}"}""",
            $$"""{"{{new string('k', 50_000)}}":1}""",
            """{"limits":{"sendPerMinute":1e400}}""",
            """{"brand":{"name":"\ud800"}}""",
            "[]", "null", "{", "",
        ];
        foreach (var bomb in bombs)
        {
            using var content = new StringContent(bomb, Encoding.UTF8, "application/json");
            using var response = await api.SendAsync(HttpMethod.Patch, Path, content);
            ((int)response.StatusCode).ShouldBeInRange(400, 422, bomb[..Math.Min(60, bomb.Length)]);
        }

        (await service.Database.ScalarAsync<long>($"select count(*) from tenant_settings where tenant_id = '{admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Caps_do_not_add_up_over_many_patches()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        string Caps(int from) => JsonSerializer.Serialize(new { smsCaps = Enumerable.Range(from, 200).ToDictionary(i => $"+{i}", i => i) });
        await api.ReadAsync(HttpMethod.Patch, Path, Caps(1000));

        using var more = await api.SendAsync(HttpMethod.Patch, Path, Caps(2000));
        more.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await api.GetAsync(Path)).GetProperty("smsCaps").EnumerateObject().Count().ShouldBe(200);
    }

    [Fact]
    public async Task Only_admins_see_and_change_it()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);

        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Forbidden);
        using var patched = await service.As(token).SendAsync(HttpMethod.Patch, Path, "{}");
        patched.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await service.StatusAsync(Path, null)).ShouldBe(HttpStatusCode.Unauthorized);
    }
}
