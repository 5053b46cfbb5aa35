using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Audit;

/// <summary>The audit log as an admin reads, exports and verifies it.</summary>
public sealed class AuditApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Root = "/api/v1/admin/audit-log";
    private const string Accounts = "/api/v1/admin/service-accounts";

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task An_entry_says_who_did_what_from_where_and_it_is_found_by_each_of_these()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);

        var entry = (await ItemsAsync(admin, "?action=service_account.created")).ShouldHaveSingleItem();

        entry.GetProperty("actor").ToString().ShouldBe($$"""{"kind":"user","id":"{{admin.Id}}","name":"Ann"}""");
        entry.GetProperty("target").GetString().ShouldBe($"service-account/{account.Id}");
        entry.GetProperty("from").GetProperty("ip").GetString().ShouldBeOneOf("127.0.0.1", "::1");
        entry.GetProperty("hash").GetString().ShouldNotBeNull().Length.ShouldBe(64);
        foreach (var filter in (string[])[$"?actor={admin.Id}", $"?target=service-account/{account.Id}", "?since=2020-01-01T00:00:00Z&until=2190-01-01T00:00:00Z", ""])
            (await ItemsAsync(admin, filter)).Select(item => item.GetProperty("id").GetGuid()).ShouldContain(entry.GetProperty("id").GetGuid(), filter);
        foreach (var filter in (string[])["?actor=01890a5d-ac96-774b-bcce-b302099a8057", "?target=x", "?until=2020-01-01T00:00:00Z", "?action=x"])
            (await ItemsAsync(admin, filter)).ShouldBeEmpty(filter);
        (await ItemsAsync(await service.RegisterAsync(), "?action=service_account.created")).ShouldBeEmpty();
        (await ItemsAsync(admin, "")).Select(item => item.ToString()).ShouldAllBe(item => !item.Contains(account.ClientSecret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_goes_on_by_its_cursor_and_a_cursor_is_good_for_its_own_list_only()
    {
        var admin = await service.RegisterAsync();
        for (var i = 0; i < 5; i++)
            await service.CreateAccountAsync(admin);

        var (first, cursor) = await PageAsync(admin, "?action=service_account.created&limit=3");
        var (second, end) = await PageAsync(admin, $"?action=service_account.created&limit=3&cursor={cursor}");

        first.Concat(second).Select(item => item.GetProperty("id").GetGuid()).Distinct().Count().ShouldBe(5);
        end.ShouldBeNull();
        (await service.StatusAsync($"{Root}?limit=3&cursor={cursor}", admin.AccessToken)).ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task It_is_exported_whole_as_a_file_in_which_no_spreadsheet_runs_anything()
    {
        var admin = await service.RegisterAsync();
        await service.CreateAccountAsync(admin, new { name = "=cmd()", scopes = new[] { "notifications:send" }, mode = "live" });
        using var request = new HttpRequestMessage(HttpMethod.Get, Root);
        request.Headers.Authorization = new("Bearer", admin.AccessToken);
        request.Headers.Accept.ParseAdd("text/csv");

        using var response = await service.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var lines = (await response.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldEndWith("id,at,actorKind,actorId,actorName,action,target,ip,userAgent,before,after,sequence,hash");
        lines.Length.ShouldBe(1 + (await ItemsAsync(admin, "")).Count);
        lines.ShouldAllBe(line => !line.Contains(",=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_was_touched_does_not_hold_any_more()
    {
        var admin = await service.RegisterAsync();
        await service.CreateAccountAsync(admin);
        (await VerifyAsync(admin)).GetProperty("valid").GetBoolean().ShouldBeTrue();

        await service.Database.ExecuteAsync($"update audit_log set target = 'service-account/other' where tenant_id = '{admin.Tenant}' and action = 'service_account.created'");

        var verdict = await VerifyAsync(admin);
        verdict.GetProperty("valid").GetBoolean().ShouldBeFalse();
        verdict.GetProperty("firstBroken").GetProperty("id").GetGuid()
            .ShouldBe(await service.Database.ScalarAsync<Guid>($"select id from audit_log where tenant_id = '{admin.Tenant}' and action = 'service_account.created'"));
    }

    [Fact]
    public async Task What_changed_of_a_service_account_stands_on_both_sides_and_no_secret_does()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        var account = await service.CreateAccountAsync(admin);
        await api.ReadAsync(HttpMethod.Patch, $"{Accounts}/{account.Id}", """{"scopes":["notifications:read"],"ipAllowList":["192.0.2.0/24"]}""");
        var rotated = await api.ReadAsync(HttpMethod.Post, $"{Accounts}/{account.Id}/rotate", """{"graceHours":24}""");
        await api.ReadAsync(HttpMethod.Post, $"{Accounts}/{account.Id}/disable");
        await api.ReadAsync(HttpMethod.Delete, $"{Accounts}/{account.Id}", expected: HttpStatusCode.NoContent);

        (await SidesAsync(admin, "service_account.created")).ShouldBe((null, $$"""{"clientId":"{{account.ClientId}}","name":"Shop","scopes":"notifications:send","mode":"live","ipAllowList":"","secret":"***"}"""));
        (await SidesAsync(admin, "service_account.changed")).ShouldBe((
            """{"scopes":"notifications:send","ipAllowList":""}""", """{"scopes":"notifications:read","ipAllowList":"192.0.2.0/24"}"""));
        var (before, after) = await SidesAsync(admin, "service_account.secret_rotated");
        before.ShouldBe("""{"secret":"***","previousUntil":null}""");
        after!.ShouldStartWith("""{"secret":"***","previousUntil":"20""");
        (await SidesAsync(admin, "service_account.disabled")).Before.ShouldBe("""{"disabledAt":null}""");
        (await SidesAsync(admin, "service_account.deleted")).After.ShouldBeNull();
        (await ItemsAsync(admin, "")).ShouldAllBe(item => !item.ToString().Contains(rotated.GetProperty("clientSecret").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_changed_of_a_template_and_of_a_layout_stands_on_both_sides_texts_by_their_digests()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/layouts", """{"key":"card","name":"Card","contents":{"email":{"en":{"html":"<div>{{> @content}}</div>"}}}}""", HttpStatusCode.Created);
        await api.ReadAsync(HttpMethod.Put, $"{ApiClient.Admin}/layouts/card", """{"name":"Frame"}""");
        await api.PublishTemplateAsync("a", JsonElement.Parse("""{"key":"a","name":"A","contents":{"email":{"en":{"subject":"A","html":"<p>hidden words</p>"}}}}"""));
        await api.ReadAsync(HttpMethod.Put, $"{ApiClient.Admin}/templates/a", """{"name":"B","contents":{"email":{"en":{"subject":"B","html":"<p>hidden words</p>"}}}}""");
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/templates/a/publish");
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/templates/a/rollback");

        (await SidesAsync(admin, "layout.created")).After!.ShouldStartWith("""{"name":"Card","revision":1,"contents":"sha256:""");
        (await SidesAsync(admin, "layout.changed")).ShouldBe(("""{"name":"Card","revision":1}""", """{"name":"Frame","revision":2}"""));
        var (before, after) = await SidesAsync(admin, "template.changed");
        before!.ShouldStartWith("""{"name":"A","contents":"sha256:""");
        after!.ShouldStartWith("""{"name":"B","contents":"sha256:""");
        after.ShouldEndWith(""","version":2}""");
        (await SidesAsync(admin, "template.published")).ShouldBe(("""{"publishedVersion":1}""", """{"publishedVersion":2,"version":2}"""));
        (before, after) = await SidesAsync(admin, "template.rolled_back");
        before!.ShouldStartWith("""{"publishedVersion":2,""");
        after!.ShouldStartWith("""{"publishedVersion":1,""");
        (await ItemsAsync(admin, "")).ShouldAllBe(item => !item.ToString().Contains("hidden words", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_seed_gave_to_whom_is_on_record()
    {
        var admin = await service.LoginAsync("admin@demo.test", "Demo-admin-1!");

        var seeded = (await ItemsAsync(admin, "?action=seed.added&limit=100")).Select(item => (item.GetProperty("target").GetString()!, item.GetProperty("after").GetRawText())).ToList();

        seeded.Single(entry => entry.Item1 == "service-account/demo-test").Item2.ShouldContain("\"mode\":\"test\"");
        seeded.ShouldContain(entry => entry.Item1.StartsWith("user/", StringComparison.Ordinal) && entry.Item2 == """{"userId":"ann","roles":"user"}""");
        seeded.ShouldContain(("tenant/demo", """{"key":"demo","name":"Demo"}"""));
        seeded.ShouldAllBe(entry => !entry.Item2.Contains('@', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("?actor=ann")]
    [InlineData("?limit=0")]
    [InlineData("?since=yesterday")]
    [InlineData("?action=")]
    [InlineData("?page=0")]
    [InlineData("?cursor=x")]
    public async Task What_it_cannot_be_asked_is_refused(string query) =>
        (await service.StatusAsync(Root + query, (await service.RegisterAsync()).AccessToken)).ShouldBe(HttpStatusCode.UnprocessableEntity);

    /// <summary>Both sides of the newest entry; null for one that is not there.</summary>
    private async Task<(string? Before, string? After)> SidesAsync(SignInService.Person admin, string action)
    {
        var entry = (await ItemsAsync(admin, $"?action={action}"))[0];
        return (Side("before"), Side("after"));

        string? Side(string name) => entry.TryGetProperty(name, out var side) && side.ValueKind == JsonValueKind.Object ? side.GetRawText() : null;
    }

    private async Task<JsonElement> VerifyAsync(SignInService.Person admin)
    {
        using var response = await service.PostAsync($"{Root}/verify", null, admin.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await SignInService.ReadAsync(response);
    }

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(SignInService.Person admin, string query) => (await PageAsync(admin, query)).Items;

    private async Task<(IReadOnlyList<JsonElement> Items, string? Cursor)> PageAsync(SignInService.Person admin, string query)
    {
        using var response = await service.GetAsync(Root + query, admin.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var page = await SignInService.ReadAsync(response);
        return ([.. page.GetProperty("items").EnumerateArray()], page.TryGetProperty("nextCursor", out var cursor) ? cursor.GetString() : null);
    }
}
