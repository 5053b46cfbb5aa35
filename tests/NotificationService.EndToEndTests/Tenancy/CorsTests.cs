using System.Net;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>What pages of other origins may ask and read.</summary>
public sealed class CorsTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Settings = "/api/v1/admin/tenant";
    private const string Listed = "https://app.example.com";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task A_preflight_is_allowed_for_an_origin_that_any_tenant_lists_and_for_no_other()
    {
        await TenantAsync(Listed);

        using var allowed = await PreflightAsync(Listed);

        allowed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(allowed, "Access-Control-Allow-Origin").ShouldBe(Listed);
        Header(allowed, "Access-Control-Allow-Methods").ShouldContain("PATCH");
        Header(allowed, "Access-Control-Allow-Headers").ShouldContain("Idempotency-Key");
        Header(allowed, "Access-Control-Allow-Credentials").ShouldBeEmpty();
        Header(allowed, "Vary").ShouldContain("Origin");
        foreach (var origin in (string[])[
            "https://other.example.com", "null", "*", "https://app.example.com.attacker.test", "https://app.example.com:8443", "http://app.example.com", "https://APP.example.com", "https://app.example.com/",
            "https://attackerapp.example.com", "https://*.example.com", "https://app.example.com https://attacker.test", "file://", "https://", new string('x', 5_000)])
        {
            using var refused = await PreflightAsync(origin);
            Header(refused, "Access-Control-Allow-Origin").ShouldBeEmpty(origin);
            Header(refused, "Access-Control-Allow-Methods").ShouldBeEmpty(origin);
        }
    }

    [Fact]
    public async Task A_response_may_be_read_by_an_origin_of_the_callers_own_tenant_and_not_by_another_tenants()
    {
        var (first, second) = (await TenantAsync("https://one.example.com"), await TenantAsync("https://two.example.com"));

        foreach (var path in (string[])[ApiClient.Notifications, "/api/v1/admin/service-accounts", "/api/v1/no-such-route"])
        {
            using var own = await GetAsync(path, first, "https://one.example.com");
            Header(own, "Access-Control-Allow-Origin").ShouldBe("https://one.example.com", path);
            Header(own, "Access-Control-Expose-Headers").ShouldContain("Retry-After");
            Header(own, "Access-Control-Allow-Credentials").ShouldBeEmpty();
            Header(own, "Vary").ShouldContain("Origin");
            using var others = await GetAsync(path, first, "https://two.example.com");
            Header(others, "Access-Control-Allow-Origin").ShouldBeEmpty(path);
        }

        using var other = await GetAsync(ApiClient.Notifications, second, "https://two.example.com");
        Header(other, "Access-Control-Allow-Origin").ShouldBe("https://two.example.com");
        using var none = await GetAsync(ApiClient.Notifications, first, origin: null);
        Header(none, "Access-Control-Allow-Origin").ShouldBeEmpty();
        Header(none, "Vary").ShouldContain("Origin", customMessage: "a cache must not give this one to a page");
    }

    [Fact]
    public async Task Before_sign_in_and_when_it_fails_an_origin_that_any_tenant_lists_may_read_why()
    {
        await TenantAsync(Listed);

        using var refused = await GetAsync(ApiClient.Notifications, "nonsense", Listed);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        Header(refused, "Access-Control-Allow-Origin").ShouldBe(Listed);
        using var stranger = await GetAsync(ApiClient.Notifications, "nonsense", "https://stranger.example.com");
        Header(stranger, "Access-Control-Allow-Origin").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("https://attacker.test")]
    [InlineData("null")]
    public async Task A_cookie_is_for_the_services_own_pages_only(string origin)
    {
        await TenantAsync(Listed);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/refresh-token") { Headers = { { "Origin", origin }, { "Cookie", "session=1" } }, Content = new StringContent("{}") };
        using var response = await service.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("origin_not_allowed");
        Header(response, "Access-Control-Allow-Origin").ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_route_of_sign_in_refuses_a_cookie_of_another_page_and_says_so_in_the_document()
    {
        var routes = (await PublishedRoutes.ReadAsync(service.Client)).Operations.Where(route => route.Path.StartsWith("/api/v1/auth/", StringComparison.Ordinal)).ToList();

        var wrong = new List<string>();
        foreach (var (path, method, operation) in routes)
        {
            if (!operation.GetProperty("responses").TryGetProperty("403", out var documented) || !documented.GetProperty("description").GetString()!.Contains("origin_not_allowed", StringComparison.Ordinal))
                wrong.Add($"{method} {path}: not documented");
            using var response = await SendAsync(new HttpMethod(method), PublishedRoutes.Filled(path, operation), ("Origin", "https://attacker.test"), ("Cookie", "session=1"));
            if (response.StatusCode != HttpStatusCode.Forbidden || !(await response.Content.ReadAsStringAsync()).Contains("origin_not_allowed", StringComparison.Ordinal))
                wrong.Add($"{method} {path}: {(int)response.StatusCode}");
        }

        wrong.ShouldBeEmpty();
        routes.Count.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task The_services_own_page_needs_no_leave()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/logout")
        {
            Headers = { { "Origin", service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) }, { "Cookie", "session=1" } },
            Content = new StringContent("{}", null, "application/json"),
        };
        using var response = await service.Client.SendAsync(request);

        response.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden);
        Header(response, "Access-Control-Allow-Origin").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_origin_that_is_taken_out_is_refused_within_seconds()
    {
        var admin = await TenantAsync("https://short.example.com");
        using (var before = await PreflightAsync("https://short.example.com"))
            Header(before, "Access-Control-Allow-Origin").ShouldBe("https://short.example.com");

        await service.As(admin).ReadAsync(HttpMethod.Patch, Settings, new { allowedOrigins = Array.Empty<string>() });

        using (var after = await GetAsync(ApiClient.Notifications, admin, "https://short.example.com"))
            Header(after, "Access-Control-Allow-Origin").ShouldBeEmpty();
        await Eventually.TrueAsync(
            async () =>
            {
                using var preflight = await PreflightAsync("https://short.example.com");
                return Header(preflight, "Access-Control-Allow-Origin").Length == 0;
            },
            TimeSpan.FromSeconds(60));
    }

    private async Task<string> TenantAsync(string origin)
    {
        var admin = await service.RegisterAsync();
        await service.As(admin.AccessToken).ReadAsync(HttpMethod.Patch, Settings, new { allowedOrigins = new[] { origin } });
        return admin.AccessToken;
    }

    private Task<HttpResponseMessage> PreflightAsync(string origin) => SendAsync(HttpMethod.Options, $"{ApiClient.Notifications}/send", ("Origin", origin), ("Access-Control-Request-Method", "POST"));

    private Task<HttpResponseMessage> GetAsync(string path, string token, string? origin) =>
        origin is null ? SendAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {token}")) : SendAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {token}"), ("Origin", origin));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await service.Client.SendAsync(request);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
