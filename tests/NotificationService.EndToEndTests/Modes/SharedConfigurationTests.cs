using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Modes;

/// <summary>What live uses is configured by live accounts and by people: a test account reads it and changes nothing of it.</summary>
[Collection(SignInCollection.Name)]
public sealed partial class SharedConfigurationTests(SignInService service)
{
    private const string Admin = "/api/v1/admin/";
    /// <summary>Refused to every service account and to whoever is admin of one tenant only.</summary>
    private const string OfPlatform = $"{Admin}tenants";

    /// <summary>Refused to every service account.</summary>
    private static readonly string[] OfPeople = [$"DELETE {Admin}tenant", $"POST {Admin}tenant/export", $"GET {Admin}tenant/exports/{{id}}"];

    private const string Rule = """{"type":"order.shipped","template":"order-shipped","channels":["email"],"recipient":{"email":"data.email"}}""";

    /// <summary>
    /// What a test account may call although it is no GET: it works on what is of its own mode, which <see cref="OtherModeTests"/> and
    /// <see cref="ServiceAccountsTests"/> see to, or it changes nothing. A new route is refused to it, or stands here on purpose.
    /// </summary>
    private static readonly string[] Open =
    [
        "DELETE /api/v1/admin/service-accounts/{id}",
        "PATCH /api/v1/admin/service-accounts/{id}",
        "POST /api/v1/admin/audit-log/verify",
        "POST /api/v1/admin/dead-letters/requeue",
        "POST /api/v1/admin/dead-letters/{id}/requeue",
        "POST /api/v1/admin/service-accounts",
        "POST /api/v1/admin/service-accounts/{id}/disable",
        "POST /api/v1/admin/service-accounts/{id}/rotate",
        "POST /api/v1/admin/templates/{template}/preview",
        "POST /api/v1/admin/templates/{template}/test-send",
        "POST /api/v1/admin/webhook-endpoints/{id}/deliveries/{messageId}/resend",
        "POST /api/v1/admin/webhook-endpoints/{id}/replay",
        "POST /api/v1/admin/webhook-endpoints/{id}/test",
    ];

    [Fact]
    public async Task A_test_account_changes_nothing_on_any_route_that_changes_what_live_uses()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var ids = await PlantAsync(tenant);
        var before = await StoredAsync(tenant);

        var (wrong, refused, open) = (new List<string>(), 0, new List<string>());
        foreach (var (path, method, operation) in await RoutesAsync())
        {
            var isRefused = await IsRefusedAsync(tenant, "test", method, Filled(path, operation, ids));
            var isClosed = method != "GET" && !Open.Contains(Name(method, path));
            if (isRefused != isClosed || isClosed != SaysSo(operation))
                wrong.Add($"{method} {path}: {(isRefused ? "refused" : "open")}, the document says {(SaysSo(operation) ? "refused" : "open")}");
            if (method != "GET" && !isRefused)
                open.Add(Name(method, path));
            refused += isRefused ? 1 : 0;
        }

        wrong.ShouldBeEmpty();
        open.Order(StringComparer.Ordinal).ShouldBe(Open);
        refused.ShouldBeGreaterThan(18);
        (await StoredAsync(tenant)).ShouldBe(before);
    }

    [Theory]
    [InlineData("live")]
    [InlineData("person")]
    public async Task A_live_account_and_a_person_are_refused_by_none_of_them(string who)
    {
        var tenant = await TwoModes.CreateAsync(service);
        var ids = await PlantAsync(tenant);

        var refused = new List<string>();
        foreach (var (path, method, operation) in await RoutesAsync())
        {
            if (await IsRefusedAsync(tenant, who, method, Filled(path, operation, ids)))
                refused.Add($"{method} {path}");
        }

        refused.ShouldBeEmpty();
        (await service.Database.ScalarAsync<long>($"select count(*) from suppressions where tenant_id = '{tenant.Tenant}'")).ShouldBe(0, "it was taken off the list");
    }

    [Fact]
    public async Task A_test_account_reads_what_live_uses()
    {
        var tenant = await TwoModes.CreateAsync(service);
        foreach (var (kind, id) in await PlantAsync(tenant))
        {
            foreach (var path in (string[])[$"{Admin}{kind}", $"{Admin}{kind}/{id}"])
                (await tenant.GetAsync("test", path)).ToString().ShouldBe((await tenant.GetAsync("live", path)).ToString(), path);
        }
    }

    private async Task<List<(string Path, string Method, JsonElement Operation)>> RoutesAsync() =>
        [.. (await PublishedRoutes.ReadAsync(service.Client)).Operations.Where(operation => operation.Path.StartsWith(Admin, StringComparison.Ordinal) && !operation.Path.StartsWith(OfPlatform, StringComparison.Ordinal) && !OfPeople.Contains(Name(operation.Method, operation.Path)))];

    private static async Task<bool> IsRefusedAsync(TwoModes tenant, string who, string method, string path)
    {
        using var response = await tenant.AskAsync(who, new HttpMethod(method), path);
        if (response.StatusCode != HttpStatusCode.Forbidden)
            return false;
        (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("live_account_required", path);
        return true;
    }

    /// <summary>One thing of each kind that both modes share, by the last part of its path.</summary>
    private static async Task<Dictionary<string, string>> PlantAsync(TwoModes tenant) => new()
    {
        ["templates"] = "order-shipped",
        ["providers"] = await MakeAsync(tenant, "providers", """{"channel":"email","type":"sandbox","name":"Sandbox","priority":1}"""),
        ["suppressions"] = await MakeAsync(tenant, "suppressions", """{"channel":"email","address":"ann@example.com"}"""),
        ["webhook-endpoints"] = await MakeAsync(tenant, "webhook-endpoints", """{"url":"https://hooks.invalid/in","events":["provider.parked"]}"""),
        ["event-rules"] = await MakeAsync(tenant, "event-rules", Rule),
        ["categories"] = await MakeAsync(tenant, "categories", """{"key":"billing"}"""),
    };

    private static async Task<string> MakeAsync(TwoModes tenant, string kind, string body)
    {
        using var response = await tenant.PostAsync("person", $"{Admin}{kind}", body);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetString()!;
    }

    /// <summary>The path of what is there where it is shared, else of what is not.</summary>
    private static string Filled(string path, JsonElement operation, Dictionary<string, string> ids)
    {
        var kind = path[Admin.Length..].Split('/')[0];
        return PublishedRoutes.Filled(ids.TryGetValue(kind, out var id) ? Parameter().Replace(path, id, 1) : path, operation);
    }

    private static string Name(string method, string path) => $"{method} {path.TrimEnd('/')}";

    private static bool SaysSo(JsonElement operation) =>
        operation.TryGetProperty("description", out var description) && description.GetString()!.Contains("a test account is refused with 403 `live_account_required`", StringComparison.Ordinal);

    private Task<string> StoredAsync(TwoModes tenant) => service.Database.ScalarAsync<string>($"""
        select string_agg(line, e'\n' order by line) from (
            select 'provider ' || p::text as line from providers p where tenant_id = '{tenant.Tenant}'
            union all select 'template ' || t::text from templates t where tenant_id = '{tenant.Tenant}'
            union all select 'version ' || v::text from template_versions v where tenant_id = '{tenant.Tenant}'
            union all select 'suppression ' || s::text from suppressions s where tenant_id = '{tenant.Tenant}'
            union all select 'endpoint ' || concat_ws(' ', id, url, events, enabled, revision) from webhook_endpoints where tenant_id = '{tenant.Tenant}'
            union all select 'secret ' || s::text from webhook_secrets s where tenant_id = '{tenant.Tenant}'
            union all select 'category ' || c::text from categories c where tenant_id = '{tenant.Tenant}'
            union all select 'rule ' || r::text from event_rules r where tenant_id = '{tenant.Tenant}'
            union all select 'account ' || concat_ws(' ', id, live, disabled_at, rotated_at) from service_accounts where tenant_id = '{tenant.Tenant}') stored
        """);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
