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
    public async Task With_a_grace_both_secrets_are_good_and_its_tokens_end_with_the_old_one()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);

        using var rotated = await service.PostAsync($"{Path}/{account.Id}/rotate", new { graceHours = 1 }, admin.AccessToken);

        var response = await SignInService.ReadAsync(rotated);
        var next = response.GetProperty("clientSecret").GetString()!;
        (response.GetProperty("graceEndsAt").GetDateTimeOffset() - DateTimeOffset.UtcNow).ShouldBeInRange(TimeSpan.FromMinutes(58), TimeSpan.FromHours(1));
        await service.TokenAsync(account.ClientId, next);
        await service.TokenAsync(account.ClientId, account.ClientSecret);
        await service.Database.ExecuteAsync($"update service_accounts set previous_until = now() + interval '10 minutes' where id = '{account.Id}'");
        using var old = await service.AskForTokenAsync(account.ClientId, account.ClientSecret);
        (await SignInService.ReadAsync(old)).GetProperty("expires_in").GetInt32().ShouldBeInRange(500, 600);
        await service.Database.ExecuteAsync($"update service_accounts set previous_until = now() - interval '1 second' where id = '{account.Id}'");
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await service.TokenAsync(account.ClientId, next);
        using var shown = await service.GetAsync($"{Path}/{account.Id}", admin.AccessToken);
        (await SignInService.ReadAsync(shown)).GetProperty("graceEndsAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task There_are_never_three_good_secrets_and_the_tokens_of_one_that_ends_end_on_every_node()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live" });
        var first = await service.TokenAsync(account.ClientId, account.ClientSecret);
        var second = await RotateAsync(24);
        (await service.StatusAsync(Path, first)).ShouldBe(HttpStatusCode.OK);
        (await service.StatusAsync(Path, first, other.Client)).ShouldBe(HttpStatusCode.OK);

        var third = await RotateAsync(168);

        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync(Path, first)).ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Path, first, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
        (await service.StatusAsync(Path, await service.TokenAsync(account.ClientId, second))).ShouldBe(HttpStatusCode.OK);
        (await service.StatusAsync(Path, await service.TokenAsync(account.ClientId, third), other.Client)).ShouldBe(HttpStatusCode.OK);

        async Task<string> RotateAsync(int hours)
        {
            using var rotated = await service.PostAsync($"{Path}/{account.ClientId}/rotate", new { graceHours = hours }, admin.AccessToken);
            return (await SignInService.ReadAsync(rotated)).GetProperty("clientSecret").GetString()!;
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(169)]
    public async Task A_grace_has_bounds(int hours)
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);

        using var response = await service.PostAsync($"{Path}/{account.Id}/rotate", new { graceHours = hours }, admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await service.TokenAsync(account.ClientId, account.ClientSecret);
    }

    [Fact]
    public async Task What_is_changed_counts_for_live_tokens_too_which_end_and_the_next_ones_say_it()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live", expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);
        (await service.StatusAsync(Path, token, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var named = await PatchAsync(account.ClientId, new { name = "Other" }, admin.AccessToken);
        (await SignInService.ReadAsync(named)).GetProperty("expiresAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.String);
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.OK);
        using var changed = await PatchAsync(account.Id.ToString(), new { scopes = new[] { "notifications:read" }, expiresAt = (string?)null }, admin.AccessToken);

        var response = await SignInService.ReadAsync(changed);
        response.GetProperty("name").GetString().ShouldBe("Other");
        response.GetProperty("expiresAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        response.GetProperty("mode").GetString().ShouldBe("live");
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Path, token, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
        (await service.StatusAsync(Path, await service.TokenAsync(account.ClientId, account.ClientSecret))).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_network_that_is_taken_off_the_list_is_refused_with_the_tokens_it_has()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);

        using var changed = await PatchAsync(account.ClientId, new { ipAllowList = new[] { "192.0.2.0/24" } }, admin.AccessToken);

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_test_account_cannot_make_itself_live()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "test" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);

        using var response = await PatchAsync(account.ClientId, new { mode = "live" }, token);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("live_account_required");
        using var byPerson = await PatchAsync(account.ClientId, new { mode = "live" }, admin.AccessToken);
        (await SignInService.ReadAsync(byPerson)).GetProperty("mode").GetString().ShouldBe("live");
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_deleted_account_is_gone_and_so_are_its_tokens_on_every_node()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);
        (await service.StatusAsync(Path, token, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var deleted = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{account.ClientId}");

        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await service.StatusAsync(Path, token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync($"{Path}/{account.Id}", admin.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        using var again = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{account.Id}");
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await service.AskForTokenAsync(account.ClientId, account.ClientSecret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Path, token, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task When_it_was_last_used_is_shown_to_the_minute()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Tool", scopes = new[] { "admin" }, mode = "live" });
        (await LastUsedAsync()).ShouldBeNull();

        await service.TokenAsync(account.ClientId, account.ClientSecret);

        await Eventually.TrueAsync(async () => await LastUsedAsync() > DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromSeconds(60));

        async Task<DateTimeOffset?> LastUsedAsync()
        {
            using var response = await service.GetAsync($"{Path}/{account.ClientId}", admin.AccessToken);
            return (await SignInService.ReadAsync(response)).GetProperty("lastUsedAt") is { ValueKind: System.Text.Json.JsonValueKind.String } at ? at.GetDateTimeOffset() : null;
        }
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
                using var own = await AskAsync(call.Length == 0 ? HttpMethod.Get : HttpMethod.Post, $"{Path}/{mine.Id}{call}", token, call == "/rotate" ? new { graceHours = 1 } : null);
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
        using var byClientId = await service.GetAsync($"{Path}/{mine.ClientId}", other.AccessToken);
        using var changed = await PatchAsync(mine.ClientId, new { name = "Mine" }, other.AccessToken);
        using var deleted = await service.As(other.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{mine.ClientId}");

        foreach (var response in (HttpResponseMessage[])[shown, rotated, disabled, byClientId, changed, deleted])
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

    private Task<HttpResponseMessage> PatchAsync(string key, object body, string token) => service.As(token).SendAsync(HttpMethod.Patch, $"{Path}/{key}", body);

    private Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string token, object? body = null) => service.As(token).SendAsync(method, path, body);

    private static string Claims(string token) =>
        System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
}
