using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace NotificationService.UnitTests.Pages;

public sealed partial class ConsoleMiddlewareTests : IDisposable
{
    private const string Script = "/assets/app-1a2b.js";

    private readonly BuiltConsole console = BuiltConsole.WithEverything();

    public void Dispose() => console.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/t/demo/notifications")]
    [InlineData("/t/demo/templates/order-shipped")]
    [InlineData("/sign-in")]
    [InlineData("/apiary")]
    [InlineData("/up")]
    public async Task A_browser_that_goes_to_an_address_of_the_console_is_given_its_page(string path)
    {
        var (response, body) = await console.GoToAsync(path);

        response.StatusCode.ShouldBe(200);
        response.ContentType.ShouldBe("text/html; charset=utf-8");
        body.ShouldContain("<script");
        response.ContentLength.ShouldBe(body.Length);
    }

    [Fact]
    public async Task Each_page_has_a_nonce_of_its_own_that_stands_in_its_policy_and_is_kept_by_no_cache()
    {
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            var (response, body) = await console.GoToAsync("/");
            var found = Nonces().Matches(body).Select(match => match.Groups["nonce"].Value).ToList();
            found.Count.ShouldBe(2);
            var nonce = found.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
            nonces.Add(nonce).ShouldBeTrue();
            body.ShouldNotContain("__CSP_NONCE__");
            var policy = response.Headers.ContentSecurityPolicy.ToString();
            policy.ShouldContain($"script-src 'self' 'nonce-{nonce}';");
            policy.ShouldContain($"style-src 'self' 'nonce-{nonce}';");
            policy.ShouldStartWith("default-src 'none';");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            response.Headers.CacheControl.ToString().ShouldBe("no-store");
            response.Headers.ETag.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("/api/v1/nowhere")]
    [InlineData("/API/v1")]
    [InlineData("/auth/x")]
    [InlineData("/oauth")]
    [InlineData("/openapi/v999.json")]
    [InlineData("/swagger/nothing")]
    [InlineData("/health/nothing")]
    [InlineData("/metrics/x")]
    [InlineData("/hubs/x")]
    [InlineData("/inbox/nothing.js")]
    [InlineData("/demo/inbox")]
    [InlineData("/u/token")]
    [InlineData("/webhooks")]
    [InlineData("/.well-known/x")]
    [InlineData("/assets/app-before.js")]
    public async Task An_unknown_address_that_is_not_the_consoles_stays_unknown_also_to_a_browser(string path) =>
        (await console.GoToAsync(path)).Response.StatusCode.ShouldBe(BuiltConsole.Next);

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("")]
    public async Task A_program_that_asks_for_an_unknown_address_is_not_given_a_page(string accept) =>
        (await console.AskAsync("/nowhere", headers: ("Accept", accept))).Response.StatusCode.ShouldBe(BuiltConsole.Next);

    [Theory]
    [InlineData("POST")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task Other_methods_are_left_to_the_routes(string method)
    {
        foreach (var path in (string[])["/", Script, "/nowhere"])
            (await console.AskAsync(path, method, headers: ("Accept", "text/html"))).Response.StatusCode.ShouldBe(BuiltConsole.Next);
    }

    [Fact]
    public async Task A_route_goes_before_the_console()
    {
        var route = new Endpoint(requestDelegate: null, EndpointMetadataCollection.Empty, "a route");

        (await console.AskAsync("/", endpoint: route, headers: ("Accept", "text/html"))).Response.StatusCode.ShouldBe(BuiltConsole.Next);
    }

    [Theory]
    [InlineData("br, gzip", "brotli", "br")]
    [InlineData("gzip, deflate, br;q=0.1", "brotli", "br")]
    [InlineData("GZIP", "gzip", "gzip")]
    [InlineData("gzip;q=1.0, br;q=0", "gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0", "plain", "")]
    [InlineData("deflate", "plain", "")]
    [InlineData("", "plain", "")]
    [InlineData("br;q=nonsense;;;", "plain", "")]
    public async Task A_file_comes_in_the_smallest_form_that_the_client_takes(string accepted, string content, string encoding)
    {
        var (response, body) = await console.AskAsync(Script, headers: ("Accept-Encoding", accepted));

        body.ShouldBe(content);
        response.Headers.ContentEncoding.ToString().ShouldBe(encoding);
        response.Headers.Vary.ToString().ShouldBe("Accept-Encoding");
        response.ContentType.ShouldBe("text/javascript; charset=utf-8");
        response.ContentLength.ShouldBe(content.Length);
    }

    [Fact]
    public async Task What_has_its_content_in_its_name_is_kept_for_a_year_and_other_files_for_an_hour()
    {
        (await console.AskAsync(Script)).Response.Headers.CacheControl.ToString().ShouldBe("public, max-age=31536000, immutable");
        var (picture, body) = await console.AskAsync("/favicon.svg", headers: ("Accept-Encoding", "br"));
        picture.Headers.CacheControl.ToString().ShouldBe("public, max-age=3600");
        (picture.ContentType, body).ShouldBe(("image/svg+xml", "<svg/>"));
    }

    [Fact]
    public async Task Who_has_a_file_already_is_not_sent_it_again_and_another_form_is_another_file()
    {
        var tag = (await console.AskAsync(Script, headers: ("Accept-Encoding", "br"))).Response.Headers.ETag.ToString();
        foreach (var known in (string[])[tag, $"W/{tag}", $"\"other\", {tag}", "*"])
        {
            var (response, body) = await console.AskAsync(Script, headers: [("Accept-Encoding", "br"), ("If-None-Match", known)]);
            response.StatusCode.ShouldBe(304, known);
            body.ShouldBeEmpty();
            (response.Headers.ETag.ToString(), response.Headers.CacheControl.ToString()).ShouldBe((tag, "public, max-age=31536000, immutable"));
            response.ContentType.ShouldBeNull();
        }

        foreach (var unknown in (string[])["\"other\"", "nonsense", tag.Trim('"')])
            (await console.AskAsync(Script, headers: [("Accept-Encoding", "br"), ("If-None-Match", unknown)])).Body.ShouldBe("brotli", unknown);
        (await console.AskAsync(Script, headers: [("Accept-Encoding", "gzip"), ("If-None-Match", tag)])).Body.ShouldBe("gzip");
    }

    [Fact]
    public async Task HEAD_says_what_GET_would_and_sends_nothing()
    {
        foreach (var path in (string[])["/", Script])
        {
            var (head, body) = await console.AskAsync(path, "HEAD");
            var (get, _) = await console.AskAsync(path);
            body.ShouldBeEmpty();
            (head.StatusCode, head.ContentLength, head.ContentType).ShouldBe((200, get.ContentLength, get.ContentType));
        }
    }

    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/assets/../../secret.txt")]
    [InlineData("/assets\\app-1a2b.js")]
    [InlineData("//favicon.svg")]
    [InlineData("/FAVICON.svg")]
    [InlineData("/favicon.svg/")]
    [InlineData("/assets")]
    [InlineData("/assets/app-1a2b.js.br")]
    [InlineData("/index.html")]
    public async Task Nothing_but_the_path_of_a_file_of_the_console_finds_a_file(string path)
    {
        console.With("../secret.txt", "secret");

        var (response, body) = await console.AskAsync(path);

        (response.StatusCode, body).ShouldBe((BuiltConsole.Next, ""));
    }

    [Fact]
    public async Task Without_a_console_its_address_says_how_to_get_it_and_every_other_stays_unknown()
    {
        using var nothing = new BuiltConsole();

        var (response, body) = await nothing.GoToAsync("/");

        response.StatusCode.ShouldBe(200);
        body.ShouldContain("RequireConsole=true");
        body.ShouldNotContain("__CSP_NONCE__");
        response.Headers.ContentSecurityPolicy.ToString().ShouldContain("'nonce-");
        (await nothing.GoToAsync("/t/demo/notifications")).Response.StatusCode.ShouldBe(BuiltConsole.Next);
    }

    [GeneratedRegex("(?:content|nonce)=\"(?<nonce>[^\"]{20,})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Nonces();
}
