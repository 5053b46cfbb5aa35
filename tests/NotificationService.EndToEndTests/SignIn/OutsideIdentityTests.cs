using System.Net;
using System.Text;
using NotificationService.Testing;
using NotificationService.Testing.Oidc;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Tokens of a real OpenID Connect issuer, npm's oidc-provider, at the API.</summary>
public sealed class OutsideIdentityTests(OutsideIdentityTests.Fixture fixture) : IClassFixture<OutsideIdentityTests.Fixture>
{
    private const string ServiceAccounts = "/api/v1/admin/service-accounts";

    private SignInService Service => fixture.Service;

    [Theory]
    [InlineData("shop-rs")]
    [InlineData("shop-ps")]
    [InlineData("shop-es")]
    public async Task A_program_signs_in_for_itself_and_may_do_what_its_scopes_allow(string program)
    {
        var token = await fixture.Issuer.ClientCredentialsAsync(program, "notifications:read");

        (await Service.StatusAsync(ApiClient.Notifications, token)).ShouldBe(HttpStatusCode.OK);
        (await Service.StatusAsync(ServiceAccounts, token)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_person_signs_in_by_code_and_PKCE_and_may_do_what_its_roles_allow()
    {
        var token = await fixture.Issuer.SignInAsync("vera");

        (await Service.StatusAsync(ApiClient.Notifications, token)).ShouldBe(HttpStatusCode.OK);
        (await Service.StatusAsync(ServiceAccounts, token)).ShouldBe(HttpStatusCode.Forbidden);
        (await Service.StatusAsync(ServiceAccounts, await fixture.Issuer.SignInAsync("adam"))).ShouldBe(HttpStatusCode.OK);
        (await Service.Database.QueryAsync<long>("select count(*) from outside_people where subject in ('vera', 'adam')")).ShouldBe([0L], "who was not invited has no row");
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData("nobody")]
    [InlineData("homeless")]
    public async Task An_issuer_vouches_for_the_tenants_that_it_was_given_and_for_no_other(string person)
    {
        await Service.Database.ExecuteAsync("insert into tenants (tenant_id, key, name) values (gen_random_uuid(), 'globex', 'Globex') on conflict do nothing");

        using var refused = await Service.GetAsync(ApiClient.Notifications, await fixture.Issuer.SignInAsync(person));
        using var nonsense = await Service.GetAsync(ApiClient.Notifications, "nonsense");

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInService.BodyWithoutTraceAsync(refused)).ShouldBe(await SignInService.BodyWithoutTraceAsync(nonsense));
        refused.Headers.WwwAuthenticate.ToString().ShouldBe(nonsense.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task An_invitation_is_taken_once_by_its_verified_address_and_from_then_on_by_issuer_and_subject()
    {
        var user = await InviteAsync("ina@example.com", "operator");
        await Service.Database.ExecuteAsync($"""
            insert into one_time_tokens (tenant_id, id, account_id, kind, hash, created_at, expires_at)
            select tenant_id, gen_random_uuid(), id, 3, '\x00', now(), now() + interval '7 days' from users where id = '{user}'
            """);
        (await Service.StatusAsync(ServiceAccounts, await fixture.Issuer.SignInAsync("ina-unverified"))).ShouldBe(HttpStatusCode.Forbidden);
        (await LinkedAsync(user)).ShouldBeEmpty("an address that the issuer has not verified");

        var token = await fixture.Issuer.SignInAsync("ina");
        (await Service.StatusAsync(ApiClient.Notifications, token)).ShouldBe(HttpStatusCode.OK, "the row's role");
        (await LinkedAsync(user)).ShouldBe(["ina"]);
        (await Service.Database.QueryAsync<bool>($"select invited_at is null from users where id = '{user}'")).ShouldBe([true], "it is used up");
        (await Service.Database.QueryAsync<bool>($"select ended_at is not null from one_time_tokens where account_id = '{user}'")).ShouldBe([true], "and so is its link");

        // Whoever has the address later is somebody else.
        (await Service.StatusAsync(ApiClient.Notifications, await fixture.Issuer.SignInAsync("ina-later"))).ShouldBe(HttpStatusCode.Forbidden);
        (await LinkedAsync(user)).ShouldBe(["ina"]);
        (await Service.Database.QueryAsync<long>($"select count(*) from audit_log where action = 'user.linked' and target = 'user/{user}'")).ShouldBe([1L]);

        // And she is herself under a new one.
        await Service.Database.ExecuteAsync($"update users set email = 'new@example.com', normalized_email = 'NEW@EXAMPLE.COM' where id = '{user}'");
        (await Service.StatusAsync(ApiClient.Notifications, await fixture.Issuer.SignInAsync("ina"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_user_with_a_password_is_not_taken_over_by_an_address()
    {
        var token = await fixture.Issuer.SignInAsync("admin-by-address");

        (await Service.StatusAsync(ServiceAccounts, token)).ShouldBe(HttpStatusCode.Forbidden);
        (await Service.Database.QueryAsync<long>("select count(*) from outside_people where subject = 'admin-by-address'")).ShouldBe([0L]);
    }

    [Fact]
    public async Task A_disabled_user_is_refused_with_a_token_that_is_good_and_with_a_new_one()
    {
        var user = await InviteAsync("dan@example.com", "viewer");
        var token = await fixture.Issuer.SignInAsync("dan");
        (await Service.StatusAsync(ApiClient.Notifications, token)).ShouldBe(HttpStatusCode.OK);

        await Service.Database.ExecuteAsync($"update users set disabled_at = now() where id = '{user}'");

        (await Service.StatusAsync(ApiClient.Notifications, await fixture.Issuer.SignInAsync("dan"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Service.StatusAsync(ApiClient.Notifications, await fixture.Issuer.SignInAsync("dan-again"))).ShouldBe(HttpStatusCode.Unauthorized, "another subject with the address");
        await Eventually.TrueAsync(async () => await Service.StatusAsync(ApiClient.Notifications, token) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_users_new_roles_count_for_a_token_that_is_about()
    {
        var user = await InviteAsync("rob@example.com", "viewer");
        var token = await fixture.Issuer.SignInAsync("rob");
        (await Service.StatusAsync(ServiceAccounts, token)).ShouldBe(HttpStatusCode.Forbidden);

        await Service.Database.ExecuteAsync($"update users set roles = array['admin'] where id = '{user}'");

        await Eventually.TrueAsync(async () => await Service.StatusAsync(ServiceAccounts, token) == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Who_was_not_invited_has_no_account_to_change()
    {
        var token = await fixture.Issuer.SignInAsync("vera");

        foreach (var (method, path) in (List<(HttpMethod, string)>)[
            (HttpMethod.Post, "/api/v1/auth/change-password"), (HttpMethod.Post, "/api/v1/auth/change-email"), (HttpMethod.Post, "/api/v1/auth/resend-confirmation"), (HttpMethod.Post, "/api/v1/auth/totp"),
            (HttpMethod.Post, "/api/v1/auth/totp/confirm"), (HttpMethod.Delete, "/api/v1/auth/totp"), (HttpMethod.Get, "/api/v1/auth/sessions"), (HttpMethod.Delete, $"/api/v1/auth/sessions/{Guid.NewGuid()}")])
        {
            using var response = await Service.As(token).SendAsync(method, path, method == HttpMethod.Get ? null : new { });
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
            (await response.Content.ReadAsStringAsync()).ShouldContain("no account here", customMessage: path);
        }
    }

    [Fact]
    public async Task Whose_invitation_was_taken_has_an_account_without_a_password()
    {
        await InviteAsync("tom@example.com", "viewer");
        var token = await fixture.Issuer.SignInAsync("tom");

        (await Service.StatusAsync("/api/v1/auth/sessions", token)).ShouldBe(HttpStatusCode.OK);
        using var made = await Service.PostAsync("/api/v1/auth/totp", new { }, token);
        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await Service.PostAsync("/api/v1/auth/change-password", new { currentPassword = "", newPassword = "a better battery horse 2!" }, token);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_platform_admin_of_the_issuer_is_none_here()
    {
        var token = await fixture.Issuer.SignInAsync("root");

        (await Service.StatusAsync(ApiClient.Notifications, token)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task While_an_issuer_is_away_the_service_starts_and_everybody_else_works()
    {
        var away = $"http://127.0.0.1:{ServiceProcess.FreePort()}";
        await using var node = await Service.StartInProcessAsync(("Notification__Oidc__Authority", away), ("Notification__Oidc__Audience", "a"), ("Notification__Oidc__Tenants", "*"));
        var person = await Service.RegisterAsync();
        var header = Encode("""{"alg":"RS256","kid":"k"}""");
        var claims = Encode($$"""{"iss":"{{away}}","aud":"a","sub":"s","tenant_id":"demo","exp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300}}}""");

        (await Service.StatusAsync(ApiClient.Notifications, person.AccessToken, node.Client)).ShouldBe(HttpStatusCode.OK);
        (await Service.StatusAsync(ApiClient.Notifications, $"{header}.{claims}.AAAA", node.Client)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Service.StatusAsync("/health/live", $"{header}.{claims}.AAAA", node.Client)).ShouldBe(HttpStatusCode.OK);
        (await Service.StatusAsync(ApiClient.Notifications, await fixture.Issuer.ClientCredentialsAsync("shop-rs", "notifications:read"), node.Client)).ShouldBe(HttpStatusCode.Unauthorized, "an issuer that this node does not know");
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private async Task<Guid> InviteAsync(string email, string role) => (await Service.Database.QueryAsync<Guid>($"""
        insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, groups, security_stamp, created_at, invited_at)
        select gen_random_uuid(), tenant_id, '{email}', '{email}', '{email.ToUpperInvariant()}', 'Invited', array['{role}'], array['landlord'], '', now(), now() from tenants where key = 'demo' returning id
        """)).Single();

    private Task<IReadOnlyList<string>> LinkedAsync(Guid user) => Service.Database.QueryAsync<string>($"select subject from outside_people where account_id = '{user}'");

    /// <summary>One issuer and one service that knows it.</summary>
    public sealed class Fixture(PostgresCluster cluster) : IAsyncLifetime
    {
        private SignInService? service;
        private OidcProvider? issuer;

        public SignInService Service => service!;

        public OidcProvider Issuer => issuer!;

        public async ValueTask InitializeAsync()
        {
            issuer = await OidcProvider.StartAsync(
                new Dictionary<string, object>
                {
                    ["vera"] = Person("viewer"),
                    ["adam"] = Person("admin"),
                    ["root"] = Person("platform_admin"),
                    ["ina"] = Person(null, "ina@example.com"),
                    ["ina-unverified"] = Person(null, "ina@example.com", isVerified: false),
                    ["ina-later"] = Person(null, "ina@example.com"),
                    ["rob"] = Person(null, "rob@example.com"),
                    ["tom"] = Person(null, "tom@example.com"),
                    ["dan"] = Person(null, "dan@example.com"),
                    ["dan-again"] = Person("viewer", "dan@example.com"),
                    ["admin-by-address"] = Person(null, "admin@demo.test"),
                    ["stranger"] = new { tenant_id = "globex", roles = new[] { "admin" } },
                    ["nobody"] = new { tenant_id = "no-such-tenant", roles = new[] { "admin" } },
                    ["homeless"] = new { roles = new[] { "admin" } },
                },
                new Dictionary<string, (string, object)> { ["shop-rs"] = ("RS256", Demo), ["shop-ps"] = ("PS256", Demo), ["shop-es"] = ("ES256", Demo) });
            service = new SignInService(
                cluster, isInProcess: true, ("Notification__Oidc__Issuers__0__Authority", issuer.Authority.OriginalString), ("Notification__Oidc__Issuers__0__Audience", OidcProvider.Audience),
                ("Notification__Oidc__Issuers__0__Tenants", "demo"));
            await service.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (service is not null)
                await service.DisposeAsync();
            if (issuer is not null)
                await issuer.DisposeAsync();
        }

        private static readonly object Demo = new { tenant_id = "demo" };

        private static object Person(string? role, string? email = null, bool isVerified = true) =>
            new { tenant_id = "demo", roles = role is null ? Array.Empty<string>() : [role], email = email ?? "", email_verified = email is not null && isVerified };
    }
}
