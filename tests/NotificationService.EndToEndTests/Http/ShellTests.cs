using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.Host.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

public sealed partial class ShellTests(ShellTests.Service running) : IClassFixture<ShellTests.Service>
{
    private HttpClient Client => running.Main.Client;

    [Fact]
    public async Task An_unknown_path_is_a_problem()
    {
        using var response = await Client.GetAsync(new Uri("/nowhere", UriKind.Relative));

        await ShouldBeProblemAsync(response, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("GET", "/openapi/v999.json", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/openapi", HttpStatusCode.NotFound, "not_found")]
    [InlineData("DELETE", "/openapi/v1.json", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("GET", "/swagger/nothing.js", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/health/nothing", HttpStatusCode.NotFound, "not_found")]
    [InlineData("POST", "/webhooks", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/api/v1/services", HttpStatusCode.NotFound, "not_found")]
    [InlineData("PATCH", "/oauth/token", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    public async Task Whatever_is_not_there_is_a_problem_in_JSON(string method, string path, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await Client.SendAsync(request);

        await ShouldBeProblemAsync(response, status, code);
    }

    [Fact]
    public async Task A_method_that_a_path_has_not_is_a_problem_with_Allow()
    {
        using var response = await Client.PutAsync(new Uri("/health/live", UriKind.Relative), content: null);

        await ShouldBeProblemAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        response.Content.Headers.Allow.ShouldBe(["GET"]);
    }

    [Fact]
    public async Task TRACE_reflects_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Trace, new Uri("/health/live", UriKind.Relative));
        request.Headers.Add("X-Secret", "do-not-reflect");
        using var response = await Client.SendAsync(request);

        await ShouldBeProblemAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("do-not-reflect");
    }

    [Theory]
    [InlineData(40_000, 1, "headers_too_large", 431)]
    [InlineData(10, 120, "headers_too_large", 431)]
    public async Task Oversized_headers_are_a_problem(int length, int count, string code, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health/live", UriKind.Relative));
        for (var i = 0; i < count; i++)
            request.Headers.Add($"X-Header-{i}", new string('x', length));
        using var response = await Client.SendAsync(request);

        await ShouldBeProblemAsync(response, (HttpStatusCode)status, code);
    }

    [Fact]
    public async Task An_oversized_address_is_a_problem()
    {
        using var response = await Client.GetAsync(new Uri($"/nowhere?{new string('x', 9000)}", UriKind.Relative));

        await ShouldBeProblemAsync(response, HttpStatusCode.RequestUriTooLong, "uri_too_long");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("get /health/live http/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET //v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("GET /api/v1/none HTTP/1.1\r\nHost: x\r\nX-Bad: a\u0001b\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001")]
    [InlineData("garbage\r\n\r\n")]
    public async Task Bytes_that_are_hardly_HTTP_get_a_4xx_or_505_and_do_no_harm(string request)
    {
        var response = await RawConnection.ExchangeAsync(running.Main.Address, Encoding.Latin1.GetBytes(request));

        RawConnection.StatusOf(response).ShouldBeOneOf(400, 401, 404, 411, 415, 505);
        (await Client.GetStringAsync(new Uri("/health/live", UriKind.Relative))).ShouldBe("live");
    }

    [Fact]
    public async Task Metrics_are_in_Prometheus_text()
    {
        await Client.GetStringAsync(new Uri("/health/live", UriKind.Relative));

        using var response = await Client.GetAsync(new Uri("/metrics", UriKind.Relative));

        response.Content.Headers.ContentType!.ToString().ShouldStartWith("text/plain; version=0.0.4");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        lines.ShouldContain("# TYPE http_server_request_duration_seconds histogram");
        lines.ShouldContain(line => line.StartsWith("http_server_request_duration_seconds_count{") && line.Contains("http_route=\"/health/live\""));
        lines.Where(line => line.Length > 0 && !line.StartsWith('#'))
            .ShouldAllBe(line => Regex.IsMatch(line, "^[a-zA-Z_][a-zA-Z0-9_]*(\\{.*\\})? (-?[0-9.eE+-]+|NaN|[+-]Inf)$"));
    }

    [Fact]
    public async Task Health_says_what_was_looked_at()
    {
        // A check that takes too long on a slow machine is reported too.
        var report = await Eventually.ValueAsync(
            async () => await (await Client.GetAsync(new Uri("/health", UriKind.Relative))).Content.ReadFromJsonAsync<JsonElement>(),
            static found => found.GetProperty("status").GetString() == "healthy", TimeSpan.FromSeconds(90));

        report.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ShouldContain("database");
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/health/ready")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/nowhere")]
    [InlineData("PUT", "/health/live")]
    [InlineData("TRACE", "/health/live")]
    [InlineData("GET", "/api/v1/services/notifications")]
    [InlineData("POST", "/api/v1/auth/login")]
    [InlineData("POST", "/oauth/token")]
    [InlineData("POST", "/webhooks/sandbox/01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31")]
    [InlineData("GET", "/swagger/index.html")]
    [InlineData("GET", "/swagger/index.js")]
    [InlineData("GET", "/swagger/swagger-ui-bundle.js")]
    [InlineData("GET", "/swagger/nowhere")]
    public async Task Every_answer_has_the_headers_that_protect_a_browser(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await Client.SendAsync(request);

        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        response.Headers.GetValues("Permissions-Policy").ShouldHaveSingleItem();
        var policy = response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain(path.StartsWith("/swagger", StringComparison.Ordinal) ? "script-src 'self';" : "default-src 'none'");
        response.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task Behind_a_proxy_that_ends_TLS_browsers_are_asked_to_stay_with_it()
    {
        await using var node = await running.StartAsync(("Notification__PublicUrl", "https://notify.example.com"), ServiceProcess.WithoutSeed);

        foreach (var path in (string[])["/health/live", "/nowhere", "/swagger/index.html"])
        {
            using var response = await node.Client.GetAsync(new Uri(path, UriKind.Relative));
            response.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
        }
    }

    [Fact]
    public async Task Swagger_UI_needs_no_script_in_its_page_and_remembers_no_token()
    {
        using var response = await Client.GetAsync(new Uri("/swagger/index.html", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            policy => policy.ShouldContain("script-src 'self';"), policy => policy.ShouldNotContain("unsafe-eval"));
        var page = await response.Content.ReadAsStringAsync();
        var scripts = ScriptElements().Matches(page);
        scripts.Count.ShouldBeGreaterThan(0);
        foreach (Match script in scripts)
        {
            script.Groups["body"].Value.Trim().ShouldBeEmpty();
            var source = script.Groups["source"].Value;
            using var file = await Client.GetAsync(new Uri($"/swagger/{source}", UriKind.Relative));
            file.StatusCode.ShouldBe(HttpStatusCode.OK, source);
            file.Content.Headers.ContentType!.MediaType.ShouldBeOneOf("text/javascript", "application/javascript");
        }

        page.ShouldNotContain(" onload=", Case.Insensitive);
        page.ShouldNotContain(" onclick=", Case.Insensitive);
        page.ShouldNotContain("javascript:");
        (await Client.GetStringAsync(new Uri("/swagger/index.js", UriKind.Relative))).ShouldNotContain("\"persistAuthorization\":true");
    }

    [GeneratedRegex("<script(?:\\s+src=\"(?<source>[^\"]+)\")?[^>]*>(?<body>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ScriptElements();

    private static async Task ShouldBeProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
        var problem = (await response.Content.ReadFromJsonAsync<JsonElement>())!;
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
    }

    /// <summary>One service for all tests of the class.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        private ServiceInProcess? main;
        private string connectionString = "";

        public ServiceInProcess Main => main ?? throw new InvalidOperationException("not initialized");

        public async ValueTask InitializeAsync()
        {
            connectionString = await cluster.CreateDatabaseAsync();
            main = await ServiceInProcess.StartAsync(connectionString);
        }

        /// <summary>A process on the same database.</summary>
        public Task<ServiceProcess> StartAsync(params (string Name, string Value)[] settings) => ServiceProcess.StartAsync(connectionString, settings);

        public async ValueTask DisposeAsync()
        {
            if (main is not null)
                await main.DisposeAsync();
        }
    }
}
