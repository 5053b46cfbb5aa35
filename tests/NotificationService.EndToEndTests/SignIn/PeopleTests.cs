using System.Net;
using System.Text.Json;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Sign-in of people: registering and logging in.</summary>
[Collection(SignInCollection.Name)]
public sealed class PeopleTests(SignInService service)
{
    [Fact]
    public async Task Registering_makes_a_tenant_and_signs_its_admin_in()
    {
        var admin = await service.RegisterAsync();

        ShouldBeSignedIn(admin.Response, admin.Email);
        admin.Response.GetProperty("user").GetProperty("roles").EnumerateArray().Select(role => role.GetString()).ShouldBe(["admin"]);
        admin.Response.GetProperty("user").GetProperty("userId").GetString().ShouldBe(admin.Id.ToString());
        (await service.StatusAsync("/api/v1/admin/service-accounts", admin.AccessToken)).ShouldBe(HttpStatusCode.OK);
        ShouldBeSignedIn((await service.LoginAsync(admin.Email, SignInService.Password)).Response, admin.Email);
    }

    [Theory]
    [InlineData("admin@demo.test", "Demo-admin-1!", "admin", "admin", HttpStatusCode.OK)]
    [InlineData("ADMIN@demo.TEST ", "Demo-admin-1!", "admin", "admin", HttpStatusCode.OK)]
    [InlineData("ann@demo.test", "Demo-user-1!", "ann", "user", HttpStatusCode.Forbidden)]
    [InlineData("platform@demo.test", "Demo-platform-1!", "platform", "platform_admin", HttpStatusCode.OK)]
    public async Task The_people_of_the_demo_sign_in(string email, string password, string userId, string role, HttpStatusCode onAdmin)
    {
        var person = await service.LoginAsync(email, password);

        var user = person.Response.GetProperty("user");
        user.GetProperty("userId").GetString().ShouldBe(userId);
        user.GetProperty("roles")[0].GetString().ShouldBe(role);
        (await service.StatusAsync("/api/v1/admin/service-accounts", person.AccessToken)).ShouldBe(onAdmin);
    }

    [Fact]
    public async Task A_refused_login_says_the_same_for_unknown_and_wrong_and_odd()
    {
        var admin = await service.RegisterAsync();
        using var wrong = await service.PostAsync("/api/v1/auth/login", new { email = admin.Email, password = "wrong" });
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        object[] others =
        [
            new { email = "nobody@example.com", password = SignInService.Password },
            new { email = admin.Email, password = "" },
            new { email = admin.Email, password = new string('x', 60_000) },
            new { email = "", password = SignInService.Password },
            new { email = "not an address", password = SignInService.Password },
            new { email = admin.Email, password = SignInService.Password, tenant = "no-such-tenant" },
        ];
        foreach (var other in others)
        {
            using var response = await service.PostAsync("/api/v1/auth/login", other);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(wrong));
        }
    }

    [Fact]
    public async Task Who_is_a_user_of_two_tenants_chooses_by_the_tenants_key()
    {
        var email = $"{Guid.NewGuid():n}@example.com";
        var keys = new[] { $"a-{Guid.NewGuid():n}", $"b-{Guid.NewGuid():n}" };
        foreach (var key in keys)
            (await service.PostAsync("/api/v1/auth/register-tenant", new { tenantName = key, tenantKey = key, admin = new { email, password = SignInService.Password, name = "Ann" } })).EnsureSuccessStatusCode();

        foreach (var key in keys)
        {
            using var response = await service.PostAsync("/api/v1/auth/login", new { email, password = SignInService.Password, tenant = key });
            var tenant = (await SignInService.ReadAsync(response)).GetProperty("user").GetProperty("tenantId").GetGuid();
            (await service.Database.ScalarAsync<string>($"select key from tenants where tenant_id = '{tenant}'")).ShouldBe(key);
        }
    }

    [Fact]
    public async Task A_taken_key_is_a_conflict_and_makes_nothing()
    {
        var key = $"taken-{Guid.NewGuid():n}";
        var body = new { tenantName = "First", tenantKey = key, admin = new { email = "first@example.com", password = SignInService.Password, name = "Ann" } };
        (await service.PostAsync("/api/v1/auth/register-tenant", body)).EnsureSuccessStatusCode();
        var users = await service.Database.ScalarAsync<long>("select count(*) from users");

        using var second = await service.PostAsync("/api/v1/auth/register-tenant", body);

        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await service.Database.ScalarAsync<long>("select count(*) from users")).ShouldBe(users);
    }

    [Fact]
    public async Task Every_mistake_of_a_registration_is_named_with_its_field()
    {
        using var response = await service.PostAsync(
            "/api/v1/auth/register-tenant", new { tenantName = " ", tenantKey = "Not A Key", admin = new { email = "\"a\r\n\"@b.c", password = "short", name = "a\0b" } });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await SignInService.ReadAsync(response);
        problem.GetProperty("code").GetString().ShouldBe("validation_failed");
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).Distinct()
            .ShouldBeSubsetOf(["/tenantName", "/tenantKey", "/admin/email", "/admin/name", "/admin/password"]);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("platform")]
    [InlineData("system")]
    public async Task The_services_own_keys_are_reserved(string key)
    {
        using var response = await service.PostAsync(
            "/api/v1/auth/register-tenant", new { tenantName = "Mine", tenantKey = key, admin = new { email = "a@example.com", password = SignInService.Password, name = "Ann" } });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Passwords_and_tokens_are_stored_only_as_hashes()
    {
        var admin = await service.RegisterAsync();

        var hash = await service.Database.ScalarAsync<string>($"select password_hash from users where id = '{admin.Id}'");
        hash.ShouldNotContain(SignInService.Password);
        Convert.FromBase64String(hash).Length.ShouldBeGreaterThan(40);
        var secrets = Convert.ToHexStringLower(System.Buffers.Text.Base64Url.DecodeFromChars(admin.RefreshToken.AsSpan("nsr_".Length)).AsSpan(32));
        (await service.Database.QueryAsync<string>($"select encode(family_hash, 'hex') || encode(current_hash, 'hex') from refresh_tokens where account_id = '{admin.Id}'"))
            .ShouldHaveSingleItem().ShouldNotBe(secrets);
        foreach (var secret in (string[])[SignInService.Password, admin.RefreshToken, admin.AccessToken, admin.Email])
            service.Process.Output.ShouldNotContain(secret);
    }

    private static void ShouldBeSignedIn(JsonElement response, string email)
    {
        response.EnumerateObject().Select(property => property.Name).ShouldBe(["accessToken", "refreshToken", "tokenType", "expiresIn", "user"]);
        response.GetProperty("tokenType").GetString().ShouldBe("Bearer");
        response.GetProperty("expiresIn").GetInt32().ShouldBe(900);
        var user = response.GetProperty("user");
        user.EnumerateObject().Select(property => property.Name).ShouldBe(["id", "userId", "email", "name", "tenantId", "roles"]);
        user.GetProperty("email").GetString().ShouldBe(email);
    }
}
