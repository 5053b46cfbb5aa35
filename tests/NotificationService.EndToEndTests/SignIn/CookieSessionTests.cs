using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Sign-in of a page in a browser: a cookie that scripts cannot read, and what a page of another origin can do with it.</summary>
public sealed class CookieSessionTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Cookie = "__Secure-ns-session";
    private const string Refresh = "/api/v1/auth/refresh-token";
    private const string Logout = "/api/v1/auth/logout";
    private const string Accept = "/api/v1/auth/accept-invitation";
    private const string Accounts = "/api/v1/admin/service-accounts";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task The_refresh_token_is_in_the_cookie_alone_and_only_this_site_and_these_routes_see_it()
    {
        var (response, body, cookie, csrf) = await LoginAsync((await service.RegisterAsync()).Email);

        body.TryGetProperty("refreshToken", out _).ShouldBeFalse();
        csrf.Length.ShouldBe(43);
        var set = response.Headers.GetValues("Set-Cookie").Single();
        foreach (var attribute in (string[])["httponly", "secure", "samesite=strict", "path=/api/v1/auth"])
            set.Split("; ").ShouldContain(attribute, attribute);
        set.ShouldNotContain("domain", Case.Insensitive);
        body.ToString().ShouldNotContain(cookie);
        cookie.ShouldNotContain(csrf);
        (await service.StatusAsync(Accounts, body.GetProperty("accessToken").GetString())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_refresh_gives_the_next_cookie_and_the_same_csrf_token()
    {
        var (_, _, cookie, csrf) = await LoginAsync((await service.RegisterAsync()).Email);
        for (var i = 0; i < 3; i++)
        {
            using var response = await SendAsync(Refresh, cookie, csrf);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var next = CookieOf(response);
            next.ShouldNotBe(cookie);
            (await SignInService.ReadAsync(response)).GetProperty("csrfToken").GetString().ShouldBe(csrf);
            cookie = next;
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_that_has_the_cookie_sent_gets_nothing_and_ends_nothing()
    {
        var email = (await service.RegisterAsync()).Email;
        var (_, _, cookie, csrf) = await LoginAsync(email);
        var (_, _, _, csrfOfAnother) = await LoginAsync(email);
        foreach (var forged in (string?[])[null, "", csrfOfAnother, new string('A', 43), $"{csrf}A", csrf[..42], new string('x', 5_000)])
        {
            foreach (var path in (string[])[Refresh, Logout])
            {
                using var response = await SendAsync(path, cookie, forged);
                response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{path} {forged?.Length}");
                response.Headers.Contains("Set-Cookie").ShouldBeFalse();
            }
        }

        // A form of another origin can send no JSON.
        using var form = new HttpRequestMessage(HttpMethod.Post, Refresh) { Content = new FormUrlEncodedContent([new("session", "cookie")]) };
        form.Headers.Add("Cookie", $"{Cookie}={cookie}");
        (await service.Client.SendAsync(form)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var good = await SendAsync(Refresh, cookie, csrf);
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_accepts_an_invitation_in_a_browser_gets_a_cookie_as_who_signs_in()
    {
        var admin = await service.RegisterAsync();
        foreach (var password in (string?[])[SignInService.Password, null])
        {
            var token = await InvitedAsync(admin);
            using var wrong = await service.PostAsync(Accept, new { token, password, session = "local" });
            wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

            using var response = await service.PostAsync(Accept, new { token, password, session = "cookie" });

            response.StatusCode.ShouldBe(HttpStatusCode.OK, "what was asked for wrongly has not used the invitation up");
            var body = await SignInService.ReadAsync(response);
            body.TryGetProperty("refreshToken", out _).ShouldBeFalse();
            (await service.StatusAsync("/api/v1/auth/sessions", body.GetProperty("accessToken").GetString())).ShouldBe(HttpStatusCode.OK);
            using var refreshed = await SendAsync(Refresh, CookieOf(response), body.GetProperty("csrfToken").GetString());
            refreshed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var plain = await service.PostAsync(Accept, new { token = await InvitedAsync(admin), password = SignInService.Password });
        plain.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await SignInService.ReadAsync(plain)).GetProperty("refreshToken").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task No_other_route_takes_the_cookie()
    {
        var (_, _, cookie, csrf) = await LoginAsync((await service.RegisterAsync()).Email);
        foreach (var path in (string[])[Accounts, "/api/v1/auth/sessions", "/api/v1/admin/users"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Cookie", $"{Cookie}={cookie}");
            request.Headers.Add("X-CSRF-Token", csrf);
            (await service.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }
    }

    [Fact]
    public async Task A_cookie_is_no_token_of_a_body_and_a_token_of_a_body_no_cookie()
    {
        var admin = await service.RegisterAsync();
        var (_, _, cookie, csrf) = await LoginAsync(admin.Email);

        foreach (var text in (string[])[cookie, cookie.Replace("nsc_", "nsr_", StringComparison.Ordinal)])
            (await service.RefreshAsync(text)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var text in (string[])[admin.RefreshToken, admin.RefreshToken.Replace("nsr_", "nsc_", StringComparison.Ordinal)])
        {
            using var response = await SendAsync(Refresh, text, csrf);
            response.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
        }

        // Neither has ended what it was tried on.
        (await service.RefreshAsync(admin.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(Refresh, cookie, csrf)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_that_somebody_plants_in_a_browser_does_not_make_it_theirs()
    {
        var (mallory, victim) = (await service.RegisterAsync(), await service.RegisterAsync());
        var (_, _, planted, _) = await LoginAsync(mallory.Email);
        var (_, _, _, csrf) = await LoginAsync(victim.Email);

        using var response = await SendAsync(Refresh, planted, csrf);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Signing_in_gives_a_new_session_whatever_cookie_came_along()
    {
        var email = (await service.RegisterAsync()).Email;
        var (_, _, before, _) = await LoginAsync(email);

        var (_, _, after, _) = await LoginAsync(email, before);

        after.ShouldNotBe(before);
        after[..60].ShouldNotBe(before[..60]);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_and_takes_the_cookie_back()
    {
        var (_, body, cookie, csrf) = await LoginAsync((await service.RegisterAsync()).Email);

        using var response = await SendAsync(Logout, cookie, csrf);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.GetValues("Set-Cookie").Single().ShouldContain("max-age=0", Case.Insensitive);
        (await SendAsync(Refresh, cookie, csrf)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync(Accounts, body.GetProperty("accessToken").GetString())).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Tabs_that_refresh_at_once_keep_the_session_and_the_cookie_of_the_first_goes_on()
    {
        var (_, _, cookie, csrf) = await LoginAsync((await service.RegisterAsync()).Email);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(Refresh, cookie, csrf)));

        responses.ShouldAllBe(response => response.StatusCode == HttpStatusCode.OK);
        var next = CookieOf(responses.Single(response => response.Headers.Contains("Set-Cookie")));
        foreach (var response in responses)
            (await service.StatusAsync(Accounts, (await SignInService.ReadAsync(response)).GetProperty("accessToken").GetString())).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(Refresh, next, csrf)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_before_the_last_or_the_last_one_later_ends_the_session_for_everybody()
    {
        var admin = await service.RegisterAsync();
        var (_, _, first, csrf) = await LoginAsync(admin.Email);
        var second = CookieOf(await SendAsync(Refresh, first, csrf));
        var third = CookieOf(await SendAsync(Refresh, second, csrf));
        (await SendAsync(Refresh, first, csrf)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(Refresh, third, csrf)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        (_, _, first, csrf) = await LoginAsync(admin.Email);
        second = CookieOf(await SendAsync(Refresh, first, csrf));
        await service.Database.ExecuteAsync($"update refresh_tokens set rotated_at = rotated_at - interval '11 seconds' where tenant_id = '{admin.Tenant}' and revoked_at is null and previous_hash is not null");
        (await SendAsync(Refresh, first, csrf)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(Refresh, second, csrf)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_of_a_body_has_no_such_time()
    {
        var admin = await service.RegisterAsync();
        using var response = await service.RefreshAsync(admin.RefreshToken);

        (await service.RefreshAsync(admin.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.RefreshAsync((await SignInService.ReadAsync(response)).GetProperty("refreshToken").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_asked_for_wrongly_is_named()
    {
        var admin = await service.RegisterAsync();
        using var login = await service.PostAsync("/api/v1/auth/login", new { email = admin.Email, password = SignInService.Password, session = "local" });
        using var both = await service.PostAsync(Refresh, new { refreshToken = admin.RefreshToken, session = "cookie" });
        using var none = await service.PostAsync(Refresh, new { session = "cookie" });

        login.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        both.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<string> InvitedAsync(SignInService.Person admin)
    {
        var invited = await service.As(admin.AccessToken).ReadAsync(
            HttpMethod.Post, "/api/v1/admin/users", new { email = $"{Guid.NewGuid():n}@example.com", name = "Bob", roles = new[] { "viewer" } }, HttpStatusCode.Created);
        return await service.LinkAsync(admin.Tenant, invited.GetProperty("id").GetGuid(), OneTimeTokenKind.AcceptInvitation);
    }

    private async Task<(HttpResponseMessage Response, JsonElement Body, string Cookie, string Csrf)> LoginAsync(string email, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = JsonContent.Create(new { email, password = SignInService.Password, session = "cookie" }) };
        if (cookie is not null)
            request.Headers.Add("Cookie", $"{Cookie}={cookie}");
        var response = await service.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await SignInService.ReadAsync(response);
        return (response, body, CookieOf(response), body.GetProperty("csrfToken").GetString()!);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string cookie, string? csrf)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { session = "cookie" }) };
        request.Headers.Add("Cookie", $"{Cookie}={cookie}");
        if (csrf is not null)
            request.Headers.TryAddWithoutValidation("X-CSRF-Token", csrf);
        return await service.Client.SendAsync(request);
    }

    private static string CookieOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Single().Split(';')[0][(Cookie.Length + 1)..];
}
