using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>A tenant's service accounts from making to disabling.</summary>
[Collection(SignInCollection.Name)]
public sealed class ServiceAccountsTests(SignInService service)
{
    private const string Path = "/api/v1/admin/service-accounts";

    [Fact]
    public async Task The_secret_is_shown_once_and_stored_nowhere()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);
        await service.TokenAsync(account.ClientId, account.ClientSecret);

        foreach (var path in (string[])[Path, $"{Path}/{account.Id}"])
        {
            using var response = await service.GetAsync(path, admin.AccessToken);
            var text = await response.Content.ReadAsStringAsync();
            text.ShouldContain(account.ClientId);
            text.ShouldNotContain("ecret");
        }

        (await service.Database.QueryAsync<string>("select t::text from service_accounts t")).ShouldAllBe(row => !row.Contains(account.ClientSecret));
        (await service.Database.ScalarAsync<string>($"select secret_hash from service_accounts where id = '{account.Id}'")).Length.ShouldBeGreaterThan(60);
        service.Process.Output.ShouldNotContain(account.ClientSecret);
    }

    [Fact]
    public async Task A_rotated_secret_ends_at_once_and_the_new_one_is_good()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);
        await service.TokenAsync(account.ClientId, account.ClientSecret);

        using var rotated = await service.PostAsync($"{Path}/{account.Id}/rotate", body: null, admin.AccessToken);

        rotated.StatusCode.ShouldBe(HttpStatusCode.OK);
        var next = (await SignInService.ReadAsync(rotated)).GetProperty("clientSecret").GetString()!;
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await service.TokenAsync(account.ClientId, next);
    }

    [Fact]
    public async Task A_disabled_account_and_its_tokens_are_refused_at_once_here_and_soon_on_every_other_node()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);
        (await service.StatusAsync(Path, token, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var disabled = await service.PostAsync($"{Path}/{account.Id}/disable", body: null, admin.AccessToken);

        disabled.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret, client: other.Client)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Path, token, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_account_of_another_network_gets_no_token()
    {
        var admin = await service.RegisterAsync();
        var elsewhere = await service.CreateAccountAsync(admin, new { name = "Elsewhere", scopes = new[] { "admin" }, mode = "live", ipAllowList = new[] { "192.0.2.0/24" } });
        var here = await service.CreateAccountAsync(admin, new { name = "Here", scopes = new[] { "admin" }, mode = "live", ipAllowList = new[] { "192.0.2.1", "127.0.0.0/8" } });

        (await service.AskForTokenAsync(elsewhere.ClientId, elsewhere.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync(Path, await service.TokenAsync(here.ClientId, here.ClientSecret))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_expired_account_gets_no_token_and_one_about_to_expire_a_short_one()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(
            admin, new { name = "Short", scopes = new[] { "admin" }, mode = "live", expiresAt = DateTimeOffset.UtcNow.AddMinutes(10) });

        using var response = await service.AskForTokenAsync(account.ClientId, account.ClientSecret);
        (await SignInService.ReadAsync(response)).GetProperty("expires_in").GetInt32().ShouldBeInRange(500, 600);

        await service.Database.ExecuteAsync($"update service_accounts set expires_at = now() - interval '1 second' where id = '{account.Id}'");
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_test_account_is_marked_in_its_token_and_cannot_make_a_live_one()
    {
        var token = await service.TokenAsync("demo-test", "demo-test-secret");

        Claims(token).ShouldContain("\"live\":false");
        Claims(await service.TokenAsync("demo-service", "demo-service-secret")).ShouldContain("\"live\":true");
        using var live = await service.PostAsync(Path, new { name = "Live", scopes = new[] { "admin" }, mode = "live" }, token);
        live.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInService.ReadAsync(live)).GetProperty("code").GetString().ShouldBe("live_account_required");
        using var test = await service.PostAsync(Path, new { name = "Test", scopes = new[] { "admin" }, mode = "test" }, token);
        test.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_service_account_neither_sees_nor_takes_over_nor_ends_one_of_the_other_mode()
    {
        var admin = await service.RegisterAsync();
        foreach (var (mode, other) in ((string, string)[])[("test", "live"), ("live", "test")])
        {
            var (theirs, mine) = (await MakeAsync(other), await MakeAsync(mode));
            var token = await service.TokenAsync(mine.ClientId, mine.ClientSecret);
            foreach (var call in (string[])["", "/rotate", "/disable"])
            {
                var method = call.Length == 0 ? HttpMethod.Get : HttpMethod.Post;
                using var missing = await AskAsync(method, $"{Path}/{Guid.CreateVersion7()}{call}", token);
                using var response = await AskAsync(method, $"{Path}/{theirs.Id}{call}", token);
                response.StatusCode.ShouldBe(HttpStatusCode.NotFound, $"{mode} {call}");
                (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(missing));
            }

            (await service.Database.ScalarAsync<bool>($"select disabled_at is null and rotated_at is null from service_accounts where id = '{theirs.Id}'")).ShouldBeTrue();
            await service.TokenAsync(theirs.ClientId, theirs.ClientSecret);
            foreach (var call in (string[])["", "/rotate", "/disable"])
            {
                using var own = await AskAsync(call.Length == 0 ? HttpMethod.Get : HttpMethod.Post, $"{Path}/{mine.Id}{call}", token);
                own.StatusCode.ShouldBe(HttpStatusCode.OK, $"{mode} {call}");
            }
        }

        Task<SignInService.Account> MakeAsync(string mode) => service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "admin" }, mode });
    }

    [Fact]
    public async Task A_service_account_lists_those_of_its_mode_and_people_choose()
    {
        var admin = await service.RegisterAsync();
        var accounts = new Dictionary<string, SignInService.Account>();
        foreach (var mode in (string[])["live", "test"])
            accounts[mode] = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "admin" }, mode });

        (await IdsAsync(Path, admin.AccessToken)).ShouldBe(accounts.Values.Select(account => account.Id), ignoreOrder: true);
        foreach (var (mode, account) in accounts)
        {
            var token = await service.TokenAsync(account.ClientId, account.ClientSecret);
            (await IdsAsync(Path, token)).ShouldBe([account.Id], mode);
            (await IdsAsync($"{Path}?mode={mode}", admin.AccessToken)).ShouldBe([account.Id], mode);
            using var other = await service.GetAsync($"{Path}?mode={(mode == "live" ? "test" : "live")}", token);
            other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await SignInService.ReadAsync(other)).GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("mode_mismatch");
        }

        async Task<List<Guid>> IdsAsync(string path, string token)
        {
            using var response = await service.GetAsync(path, token);
            var page = await SignInService.ReadAsync(response);
            var ids = page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ToList();
            page.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(ids.Count);
            return ids;
        }
    }

    [Fact]
    public async Task Another_tenants_account_is_as_if_it_were_not_there()
    {
        var mine = await service.CreateAccountAsync(await service.RegisterAsync());
        var other = await service.RegisterAsync();
        using var nothing = await service.GetAsync($"{Path}/{Guid.CreateVersion7()}", other.AccessToken);

        using var shown = await service.GetAsync($"{Path}/{mine.Id}", other.AccessToken);
        using var rotated = await service.PostAsync($"{Path}/{mine.Id}/rotate", body: null, other.AccessToken);
        using var disabled = await service.PostAsync($"{Path}/{mine.Id}/disable", body: null, other.AccessToken);

        foreach (var response in (HttpResponseMessage[])[shown, rotated, disabled])
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(nothing));
        }

        await service.TokenAsync(mine.ClientId, mine.ClientSecret);
    }

    [Fact]
    public async Task What_was_done_stands_in_the_audit_log_with_who_did_it()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);
        (await service.PostAsync($"{Path}/{account.Id}/rotate", body: null, admin.AccessToken)).Dispose();
        (await service.PostAsync($"{Path}/{account.Id}/disable", body: null, admin.AccessToken)).Dispose();

        (await service.Database.QueryAsync<string>(
            $"select concat_ws(' ', actor_kind, actor_id, action, target) from audit_log where tenant_id = '{admin.Tenant}' and action like 'service_account.%' order by id"))
            .ShouldBe(
            [
                $"user {admin.Id} service_account.created service-account/{account.Id}",
                $"user {admin.Id} service_account.secret_rotated service-account/{account.Id}",
                $"user {admin.Id} service_account.disabled service-account/{account.Id}",
            ]);
    }

    [Fact]
    public async Task Every_mistake_is_named_with_its_field()
    {
        var admin = await service.RegisterAsync();

        using var response = await service.PostAsync(
            Path, new { name = "", scopes = new[] { "everything" }, mode = "prod", ipAllowList = new[] { "300.1.1.1" }, expiresAt = "2020-01-01T00:00:00Z" }, admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString())
            .ShouldBe(["/name", "/scopes", "/mode", "/ipAllowList", "/expiresAt"]);
    }

    private Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string token) => service.As(token).SendAsync(method, path);

    private static string Claims(string token) =>
        System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
}
