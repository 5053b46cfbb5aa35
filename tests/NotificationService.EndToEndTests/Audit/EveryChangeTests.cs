using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.EndToEndTests.Tenancy;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Audit;

/// <summary>Whatever an admin or a person changes is on record: every documented route that changes something is called, and looked for in the audit log.</summary>
public sealed class EveryChangeTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string NewPassword = "a better battery horse 2!";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Calls that leave no entry, and why.</summary>
    private static readonly Dictionary<string, string> Unrecorded = new()
    {
        ["POST /api/v1/admin/templates/{template}/preview"] = "changes nothing",
        ["POST /api/v1/admin/audit-log/verify"] = "changes nothing",
        ["POST /api/v1/admin/templates/{template}/test-send"] = "a send like any other: the notification says who sent it",
        ["POST /api/v1/auth/refresh-token"] = "goes on with a sign-in that is on record",
        ["POST /api/v1/auth/resend-confirmation"] = "changes nothing: sends a mail once more",
        ["POST /api/v1/auth/totp"] = "changes nothing yet: what it made counts when it is confirmed, and that is on record",
    };

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task Every_call_that_changes_something_leaves_an_entry()
    {
        var tenant = await FilledTenant.CreateAsync(service);
        var calls = (await PublishedRoutes.ReadAsync(service.Client)).Operations
            .Where(call => call.Method != "GET" && (call.Path.StartsWith("/api/v1/admin/", StringComparison.Ordinal) || call.Path.StartsWith("/api/v1/auth/", StringComparison.Ordinal)))
            // What people do in their own inboxes is no administration.
            // What is removed is needed until then, and the tenant the longest.
            .OrderBy(call => call.Method == "DELETE" ? call.Path.EndsWith("/tenant", StringComparison.Ordinal) ? 2 : 1 : 0).ToList();

        var wrong = new List<string>();
        foreach (var (path, method, operation) in calls)
        {
            var name = $"{method} {path}";
            var call = await CallAsync(tenant, name, path, PublishedRoutes.Example(operation));
            var before = await EntriesAsync();
            using var response = await call.By.SendAsync(new HttpMethod(method), call.Path, call.Body);
            if (!response.IsSuccessStatusCode)
                wrong.Add($"{name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            else if (!Unrecorded.ContainsKey(name))
                // What is answered before anything is looked up is on record a moment later.
                await Eventually.TrueAsync(async () => await EntriesAsync() > before, Patience, () => $"{name}: no entry");
            else if (await EntriesAsync() != before)
                wrong.Add($"{name}: an entry after all");
        }

        wrong.ShouldBeEmpty();
        calls.Count.ShouldBeGreaterThan(75);
        Unrecorded.Keys.Except(calls.Select(call => $"{call.Method} {call.Path}")).ShouldBeEmpty();
    }

    private Task<long> EntriesAsync() => service.Database.ScalarAsync<long>("select count(*) from audit_log");

    /// <summary>Who calls what with what, so that it is done: as the document shows it, unless it needs something that the example cannot know.</summary>
    private async Task<Call> CallAsync(FilledTenant tenant, string name, string path, string? example)
    {
        var filled = FilledTenant.Filled(path, FilledTenant.KindOf(path) is { } kind ? tenant.Ids[kind] : "", tenant.Ids["endpoint"]);
        if (path.StartsWith("/api/v1/auth/", StringComparison.Ordinal))
            return await OfAccountAsync(name, path);
        if (path.StartsWith("/api/v1/admin/tenants", StringComparison.Ordinal))
            return await OfPlatformAsync(name, path, example);
        switch (name)
        {
            case "POST /api/v1/admin/dead-letters/{id}/requeue":
                var failed = await FilledTenant.CreateAsync(service);
                return new(failed.Api, FilledTenant.Filled(path, failed.Ids["delivery"], ""), null);
            case "POST /api/v1/admin/layouts/{key}/republish":
                return new(tenant.Api, filled, new { templates = new[] { await OutdatedAsync(tenant, "layouts", """{"key":"in-layout","name":"A","layout":"$","contents":{"email":{"en":{"subject":"A","html":"<p>A</p>"}}}}""", "<main>{{> @content}}</main>") } });
            case "POST /api/v1/admin/partials/{key}/republish":
                return new(tenant.Api, filled, new { templates = new[] { await OutdatedAsync(tenant, "partials", """{"key":"with-partial","name":"A","contents":{"email":{"en":{"subject":"A","html":"{{> $}}"}}}}""", "<p>New</p>") } });
            case "DELETE /api/v1/admin/layouts/{key}" or "DELETE /api/v1/admin/partials/{key}":
                var fresh = await FilledTenant.CreateAsync(service);
                return new(fresh.Api, FilledTenant.Filled(path, fresh.Ids[FilledTenant.KindOf(path)!], ""), null);
            case "DELETE /api/v1/admin/users/{id}/sessions":
                var person = await service.RegisterAsync();
                return new(service.As(person.AccessToken), FilledTenant.Filled(path, person.Id.ToString(), ""), null);
            case "POST /api/v1/admin/providers/{id}/test":
                await service.Database.ExecuteAsync($"insert into provider_suspensions (tenant_id, provider_id, revision, code, message) select tenant_id, id, revision, 'x', 'x' from providers where id = '{tenant.Ids["provider"]}'");
                return new(tenant.Api, filled, null);
            case "POST /api/v1/admin/users/csv":
                return new(tenant.Api, filled, CsvForm());
            case "DELETE /api/v1/admin/tenant":
                return new(tenant.Api, filled, new { confirm = (await tenant.Api.GetAsync("/api/v1/admin/tenant")).GetProperty("key").GetString() });
            default:
                return new(tenant.Api, filled, BodyOf(name, tenant) ?? example);
        }
    }

    /// <summary>Where the document's example names what this tenant has not.</summary>
    private static object? BodyOf(string name, FilledTenant tenant) => name switch
    {
        "POST /api/v1/admin/dead-letters/requeue" => new { channel = "email" },
        "POST /api/v1/admin/partials" => new { key = "another", name = "A", contents = new { email = new { en = new { html = "<p>A</p>" } } } },
        "POST /api/v1/admin/users/bulk" => new { users = new[] { new { email = "eve@example.com", name = "Eve", roles = new[] { "viewer" } } } },
        "POST /api/v1/admin/webhook-endpoints" => new { url = "https://hooks.invalid/one", events = new[] { "provider.parked" } },
        "PATCH /api/v1/admin/providers/{id}" => new { weight = 50 },
        "PUT /api/v1/admin/providers/{id}" => new { channel = "email", type = "sandbox", name = "Another" },
        "POST /api/v1/admin/event-rules" => new { type = "com.example.other", template = tenant.Ids["template"], channels = new[] { "email" }, recipient = new { email = "data.mail" } },
        "PUT /api/v1/admin/event-rules/{id}" => new { type = "com.example.third", template = tenant.Ids["template"], channels = new[] { "email" }, recipient = new { email = "data.mail" } },
        "PUT /api/v1/admin/webhook-endpoints/{id}" => new { url = "https://hooks.invalid/other", events = new[] { "provider.parked" } },
        "POST /api/v1/admin/webhook-endpoints/{id}/replay" => new { mode = "failed", since = TimeProvider.System.GetUtcNow().AddHours(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) },
        _ => null,
    };

    /// <summary>Each by a person of its own: some of these end the sign-in that they are called by.</summary>
    private async Task<Call> OfAccountAsync(string name, string path)
    {
        var person = await service.RegisterAsync();
        var (nobody, herself) = (service.As(null), service.As(person.AccessToken));
        switch (name)
        {
            case "POST /api/v1/auth/register-tenant":
                return new(nobody, path, new { tenantName = "Recorded Ltd", admin = new { email = "recorded@example.com", password = SignInService.Password, name = "Ann" } });
            case "POST /api/v1/auth/login":
                return new(nobody, path, new { email = person.Email, password = SignInService.Password });
            case "POST /api/v1/auth/refresh-token" or "POST /api/v1/auth/logout":
                return new(nobody, path, new { refreshToken = person.RefreshToken });
            case "POST /api/v1/auth/confirm-email":
                return new(nobody, path, new { token = await service.LinkAsync(person.Tenant, person.Id, OneTimeTokenKind.ConfirmEmail) });
            case "POST /api/v1/auth/forgot-password":
                return new(nobody, path, new { email = person.Email });
            case "POST /api/v1/auth/reset-password":
                return new(nobody, path, new { token = await service.LinkAsync(person.Tenant, person.Id, OneTimeTokenKind.ResetPassword), password = NewPassword });
            case "POST /api/v1/auth/accept-invitation":
                await herself.ReadAsync(HttpMethod.Post, "/api/v1/admin/users", new { email = "invited@example.com", name = "Bob", roles = new[] { "viewer" } }, HttpStatusCode.Created);
                var invited = await service.Database.ScalarAsync<Guid>($"select id from users where tenant_id = '{person.Tenant}' and normalized_email = 'INVITED@EXAMPLE.COM'");
                return new(nobody, path, new { token = await service.LinkAsync(person.Tenant, invited, OneTimeTokenKind.AcceptInvitation), name = "Bob", password = NewPassword });
            case "POST /api/v1/auth/change-password":
                return new(herself, path, new { currentPassword = SignInService.Password, newPassword = NewPassword });
            case "POST /api/v1/auth/change-email":
                return new(herself, path, new { email = "changed@example.org", password = SignInService.Password });
            case "POST /api/v1/auth/totp/confirm":
                return new(herself, path, new { code = Code(await SecondFactorAsync(herself)) });
            case "DELETE /api/v1/auth/totp":
                var factor = await SecondFactorAsync(herself);
                await herself.ReadAsync(HttpMethod.Post, "/api/v1/auth/totp/confirm", new { code = Code(factor) }, HttpStatusCode.NoContent);
                return new(herself, path, new { code = factor.GetProperty("recoveryCodes")[0].GetString() });
            case "DELETE /api/v1/auth/sessions/{id}":
                return new(herself, $"/api/v1/auth/sessions/{(await herself.GetAsync("/api/v1/auth/sessions")).GetProperty("items")[0].GetProperty("id").GetString()}", null);
            default:
                return new(herself, path, null);
        }
    }

    private async Task<Call> OfPlatformAsync(string name, string path, string? example)
    {
        var (platform, other) = (await service.As(null).LoginAsync("platform@demo.test", "Demo-platform-1!"), await service.RegisterAsync());
        if (name == "POST /api/v1/admin/tenants/{id}/resume")
            await platform.ReadAsync(HttpMethod.Post, $"/api/v1/admin/tenants/{other.Tenant}/suspend", new { reason = "invoice unpaid" });
        return new(platform, path.Replace("{id}", other.Tenant.ToString(), StringComparison.Ordinal), example);
    }

    /// <summary>A published template with a layout or partial that was changed since.</summary>
    private static async Task<string> OutdatedAsync(FilledTenant tenant, string kind, string template, string html)
    {
        var part = tenant.Ids[kind[..^1]];
        var key = (await tenant.Api.ReadAsync(HttpMethod.Post, "/api/v1/admin/templates", template.Replace("$", part, StringComparison.Ordinal), HttpStatusCode.Created)).GetProperty("key").GetString()!;
        await tenant.Api.ReadAsync(HttpMethod.Post, $"/api/v1/admin/templates/{key}/publish", new { version = 1 });
        await tenant.Api.ReadAsync(HttpMethod.Put, $"/api/v1/admin/{kind}/{part}", new { contents = new { email = new { en = new { html } } } });
        return key;
    }

    private static MultipartFormDataContent CsvForm() => new() { { new ByteArrayContent(Encoding.UTF8.GetBytes("email,name,roles\ndora@example.com,Dora,viewer\n")), "file", "people.csv" } };

    private static Task<JsonElement> SecondFactorAsync(ApiClient person) => person.ReadAsync(HttpMethod.Post, "/api/v1/auth/totp");

    private static string Code(JsonElement factor) => Totp.Code(TotpTests.FromBase32(factor.GetProperty("secret").GetString()!), Totp.StepOf(DateTimeOffset.UtcNow));

    private sealed record Call(ApiClient By, string Path, object? Body);
}
