using System.Net;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>A tenant's people from inviting to deleting, and what of it nobody may do.</summary>
public sealed class UsersTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/admin/users";
    private const string Accounts = "/api/v1/admin/service-accounts";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Who_is_invited_is_shown_and_cannot_sign_in_yet()
    {
        var admin = await service.RegisterAsync();
        var email = Email();

        using var response = await service.PostAsync(Path, new { email, name = "Bob", userId = "bob", roles = new[] { "operator" }, groups = new[] { "landlord", "customer:42" } }, admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var user = await SignInService.ReadAsync(response);
        user.GetProperty("status").GetString().ShouldBe("invited");
        user.GetProperty("userId").GetString().ShouldBe("bob");
        response.Headers.Location!.ToString().ShouldBe($"{Path}/{user.GetProperty("id").GetGuid()}");
        using var shown = await service.GetAsync($"{Path}/{user.GetProperty("id").GetGuid()}", admin.AccessToken);
        (await SignInService.ReadAsync(shown)).GetProperty("groups").EnumerateArray().Select(group => group.GetString()).ShouldBe(["landlord", "customer:42"]);
        using var login = await service.PostAsync("/api/v1/auth/login", new { email, password = SignInService.Password });
        login.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Roles_and_groups_stand_in_the_token_and_a_token_that_says_others_ends_on_every_node()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var bob = await ActiveAsync(admin, ["admin"], ["landlord"]);
        Claims(bob.AccessToken).GetProperty("groups")[0].GetString().ShouldBe("landlord");
        (await service.StatusAsync(Accounts, bob.AccessToken, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var changed = await PatchAsync(bob.Id, new { roles = new[] { "viewer" }, groups = new[] { "tenant-of:7" } }, admin.AccessToken);

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Accounts, bob.AccessToken, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
        using var refreshed = await service.RefreshAsync(bob.RefreshToken);
        var next = (await SignInService.ReadAsync(refreshed)).GetProperty("accessToken").GetString()!;
        (await service.StatusAsync(Accounts, next)).ShouldBe(HttpStatusCode.Forbidden);
        (await service.StatusAsync(Accounts, next, other.Client)).ShouldBe(HttpStatusCode.Forbidden);
        Claims(next).GetProperty("groups")[0].GetString().ShouldBe("tenant-of:7");
    }

    [Fact]
    public async Task What_is_left_out_stays_and_a_name_ends_no_token()
    {
        var admin = await service.RegisterAsync();
        var bob = await ActiveAsync(admin, ["admin"], ["landlord"]);

        using var changed = await PatchAsync(bob.Id, new { name = "Robert" }, admin.AccessToken);

        var user = await SignInService.ReadAsync(changed);
        (user.GetProperty("name").GetString(), user.GetProperty("roles")[0].GetString(), user.GetProperty("groups")[0].GetString()).ShouldBe(("Robert", "admin", "landlord"));
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Disabled_the_person_is_out_everywhere_and_enabled_it_signs_in_anew()
    {
        var admin = await service.RegisterAsync();
        var bob = await ActiveAsync(admin, ["admin"]);

        using var disabled = await service.PostAsync($"{Path}/{bob.Id}/disable", body: null, admin.AccessToken);

        (await SignInService.ReadAsync(disabled)).GetProperty("status").GetString().ShouldBe("disabled");
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.RefreshAsync(bob.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var enabled = await service.PostAsync($"{Path}/{bob.Id}/enable", body: null, admin.AccessToken);
        (await SignInService.ReadAsync(enabled)).GetProperty("status").GetString().ShouldBe("active");
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.RefreshAsync(bob.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync(Accounts, (await service.LoginAsync(bob.Email, SignInService.Password)).AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_person_is_gone_with_every_token()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var bob = await ActiveAsync(admin, ["admin"]);
        (await service.StatusAsync(Accounts, bob.AccessToken, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var deleted = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{bob.Id}");

        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.RefreshAsync(bob.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync($"{Path}/{bob.Id}", admin.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Accounts, bob.AccessToken, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_last_admin_stays_one_whoever_asks_and_whoever_else_is_only_invited_or_disabled()
    {
        var admin = await service.RegisterAsync();
        await InviteAsync(admin, ["admin"]);
        var gone = await ActiveAsync(admin, ["admin"]);
        (await service.PostAsync($"{Path}/{gone.Id}/disable", body: null, admin.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var disabled = await service.PostAsync($"{Path}/{admin.Id}/disable", body: null, admin.AccessToken);
        using var deleted = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{admin.Id}");
        using var demoted = await PatchAsync(admin.Id, new { roles = new[] { "operator" } }, admin.AccessToken);

        foreach (var response in (HttpResponseMessage[])[disabled, deleted, demoted])
        {
            response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("last_admin");
        }

        (await service.StatusAsync(Accounts, admin.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_admins_who_remove_each_other_at_once_leave_one()
    {
        for (var i = 0; i < 5; i++)
        {
            var ann = await service.RegisterAsync();
            var bob = await ActiveAsync(ann, ["admin"]);

            var responses = await Task.WhenAll(
                service.PostAsync($"{Path}/{bob.Id}/disable", body: null, ann.AccessToken),
                service.As(bob.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{ann.Id}"));

            responses.Count(response => response.IsSuccessStatusCode).ShouldBe(1);
            (await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{ann.Tenant}' and disabled_at is null")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Nobody_below_a_platform_admin_gives_that_role_or_touches_who_has_it()
    {
        var admin = await service.LoginAsync("admin@demo.test", "Demo-admin-1!");
        var platform = await service.LoginAsync("platform@demo.test", "Demo-platform-1!");
        var account = await service.TokenAsync("demo-service", "demo-service-secret");
        foreach (var token in (string[])[admin.AccessToken, account])
        {
            using var invited = await service.PostAsync(Path, new { email = Email(), name = "Eve", roles = new[] { "platform_admin" } }, token);
            using var raised = await PatchAsync(admin.Id, new { roles = new[] { "admin", "platform_admin" } }, token);
            using var disabled = await service.PostAsync($"{Path}/{platform.Id}/disable", body: null, token);
            using var renamed = await PatchAsync(platform.Id, new { name = "Eve" }, token);
            using var deleted = await service.As(token).SendAsync(HttpMethod.Delete, $"{Path}/{platform.Id}");
            foreach (var response in (HttpResponseMessage[])[invited, raised, disabled, renamed, deleted])
                response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        using var given = await service.PostAsync(Path, new { email = Email(), name = "Paul", roles = new[] { "platform_admin" } }, platform.AccessToken);
        given.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Who_is_no_admin_and_a_test_account_change_nobody()
    {
        var admin = await service.RegisterAsync();
        var bob = await ActiveAsync(admin, ["operator"]);
        var test = await service.CreateAccountAsync(admin, new { name = "Test", scopes = new[] { "admin" }, mode = "test" });
        foreach (var token in (string[])[bob.AccessToken, await service.TokenAsync(test.ClientId, test.ClientSecret)])
        {
            (await service.PostAsync(Path, new { email = Email(), name = "Eve", roles = new[] { "admin" } }, token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await PatchAsync(bob.Id, new { roles = new[] { "admin" } }, token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Another_tenants_user_is_as_if_it_were_not_there()
    {
        var mine = await InviteAsync(await service.RegisterAsync(), ["admin"]);
        var other = await service.RegisterAsync();
        foreach (var (method, call, body) in ((HttpMethod, string, object?)[])
            [(HttpMethod.Get, "", null), (HttpMethod.Patch, "", new { name = "Mine" }), (HttpMethod.Delete, "", null), (HttpMethod.Post, "/disable", null), (HttpMethod.Post, "/enable", null), (HttpMethod.Post, "/resend-invitation", null)])
        {
            using var missing = await service.As(other.AccessToken).SendAsync(method, $"{Path}/{Guid.CreateVersion7()}{call}", body);
            using var response = await service.As(other.AccessToken).SendAsync(method, $"{Path}/{mine}{call}", body);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, call);
            (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(missing));
        }
    }

    [Fact]
    public async Task An_address_or_userId_of_another_user_is_taken_in_the_tenant_and_free_in_others()
    {
        var (admin, other, email) = (await service.RegisterAsync(), await service.RegisterAsync(), Email());
        (await service.PostAsync(Path, new { email, name = "Bob", userId = "bob", roles = new[] { "user" } }, admin.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.Created);

        using var address = await service.PostAsync(Path, new { email = email.ToUpperInvariant(), name = "Bob", roles = new[] { "user" } }, admin.AccessToken);
        using var userId = await service.PostAsync(Path, new { email = Email(), name = "Bob", userId = "bob", roles = new[] { "user" } }, admin.AccessToken);
        using var elsewhere = await service.PostAsync(Path, new { email, name = "Bob", userId = "bob", roles = new[] { "user" } }, other.AccessToken);

        (await SignInService.ReadAsync(address)).GetProperty("code").GetString().ShouldBe("email_taken");
        (await SignInService.ReadAsync(userId)).GetProperty("code").GetString().ShouldBe("user_id_taken");
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_list_is_filtered_and_walked_to_its_end_by_cursor()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"""
            insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, groups, security_stamp, created_at, invited_at)
            select notification_meta.new_id(), '{admin.Tenant}', 'u-' || g, 'u' || g || '@example.com', 'U' || g || '@EXAMPLE.COM', 'U', '{"{user}"}',
                case when g % 1000 = 0 then array['rare'] else array['common'] end, 's', now(), case when g % 2 = 0 then now() end
            from generate_series(1, 5000) g
            """);

        (await WalkAsync("limit=100")).Count.ShouldBe(5001);
        (await WalkAsync("group=rare")).Count.ShouldBe(5);
        (await WalkAsync("status=invited&limit=100")).Count.ShouldBe(2500);
        (await WalkAsync("role=admin")).ShouldBe([admin.Id]);
        (await WalkAsync("email=U7@example.com")).Count.ShouldBe(1);
        (await WalkAsync("userId=u-8")).Count.ShouldBe(1);
        (await WalkAsync("userId=u-8&status=active")).ShouldBeEmpty();
        using var wrong = await service.GetAsync($"{Path}?cursor=AAAA", admin.AccessToken);
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        async Task<List<Guid>> WalkAsync(string filter)
        {
            var (found, cursor) = (new List<Guid>(), "");
            do
            {
                using var response = await service.GetAsync($"{Path}?{filter}&cursor={cursor}", admin.AccessToken);
                var page = await SignInService.ReadAsync(response);
                found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
                cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);
            found.Distinct().Count().ShouldBe(found.Count);
            return found;
        }
    }

    [Fact]
    public async Task A_tenant_invites_so_many_a_day_whether_it_deletes_them_again_or_not()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"insert into invitation_counts values ('{admin.Tenant}', (now() at time zone 'utc')::date, 1999)");
        var last = await InviteAsync(admin, ["user"]);
        (await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{last}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        using var response = await service.PostAsync(Path, new { email = Email(), name = "Bob", roles = new[] { "user" } }, admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("too_many_invitations");
        response.Headers.RetryAfter.ShouldNotBeNull();
        await service.Database.ExecuteAsync($"update invitation_counts set day = day - 1 where tenant_id = '{admin.Tenant}'");
        await InviteAsync(admin, ["user"]);
    }

    [Fact]
    public async Task An_invitation_is_sent_again_to_who_waits_for_one_and_to_nobody_else()
    {
        var admin = await service.RegisterAsync();
        var (waits, came) = (await InviteAsync(admin, ["user"]), await ActiveAsync(admin, ["user"]));

        using var again = await service.PostAsync($"{Path}/{waits}/resend-invitation", body: null, admin.AccessToken);
        using var refused = await service.PostAsync($"{Path}/{came.Id}/resend-invitation", body: null, admin.AccessToken);

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("not_invited");
    }

    [Fact]
    public async Task Every_mistake_is_named_with_its_field()
    {
        var admin = await service.RegisterAsync();

        using var response = await service.PostAsync(Path, new { email = "x", name = "", userId = " ", roles = new[] { "king" }, groups = new[] { "a b" } }, admin.AccessToken);
        using var many = await service.PostAsync(Path, new { email = Email(), name = "Bob", roles = new[] { "user" }, groups = Enumerable.Range(0, 51).Select(i => $"g{i}") }, admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString())
            .ShouldBe(["/email", "/name", "/userId", "/roles", "/groups"]);
        many.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task The_longest_groups_that_are_taken_fit_a_token_that_is_good()
    {
        var admin = await service.RegisterAsync();

        var bob = await ActiveAsync(admin, ["platform_admin", "admin", "operator", "viewer", "user"], [.. Enumerable.Range(0, 50).Select(i => $"{i:00}{new string('x', 62)}")]);

        bob.AccessToken.Length.ShouldBeLessThan(8_192);
        (await service.StatusAsync(Accounts, bob.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_done_stands_in_the_audit_log_without_an_address()
    {
        var admin = await service.RegisterAsync();
        var bob = await InviteAsync(admin, ["user"]);
        (await PatchAsync(bob, new { roles = new[] { "viewer" } }, admin.AccessToken)).Dispose();
        (await service.PostAsync($"{Path}/{bob}/disable", body: null, admin.AccessToken)).Dispose();
        (await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{bob}")).Dispose();

        var entries = await service.Database.QueryAsync<string>($"select concat_ws(' ', actor_id, action, target) from audit_log where tenant_id = '{admin.Tenant}' and action like 'user.%' order by id");
        entries.ShouldBe([$"{admin.Id} user.invited user/{bob}", $"{admin.Id} user.changed user/{bob}", $"{admin.Id} user.disabled user/{bob}", $"{admin.Id} user.deleted user/{bob}"]);
        (await service.Database.QueryAsync<string>($"select a::text from audit_log a where tenant_id = '{admin.Tenant}'")).ShouldAllBe(entry => !entry.Contains('@'));
    }

    private static string Email() => $"u{Guid.NewGuid():n}@example.com";

    private async Task<Guid> InviteAsync(SignInService.Person admin, string[] roles, string[]? groups = null, string? email = null)
    {
        using var response = await service.PostAsync(Path, new { email = email ?? Email(), name = "Bob", roles, groups }, admin.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetGuid();
    }

    /// <summary>Somebody who has accepted the invitation, with the password of whoever invited. Roles that the caller may not give are given by hand.</summary>
    private async Task<SignInService.Person> ActiveAsync(SignInService.Person admin, string[] roles, string[]? groups = null)
    {
        var email = Email();
        var id = await InviteAsync(admin, [.. roles.Except(["platform_admin"])], groups, email);
        await service.Database.ExecuteAsync($"""
            update users set invited_at = null, password_hash = (select password_hash from users where id = '{admin.Id}'), roles = array['{string.Join("','", roles)}'] where id = '{id}'
            """);
        return await service.LoginAsync(email, SignInService.Password);
    }

    private Task<HttpResponseMessage> PatchAsync(Guid id, object body, string token) => service.As(token).SendAsync(HttpMethod.Patch, $"{Path}/{id}", body);

    private static JsonElement Claims(string token) => JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
}
