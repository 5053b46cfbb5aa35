using System.IO.Compression;
using System.Net;
using System.Text;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Pages;

/// <summary>The inbox element as a page of any origin takes it.</summary>
public sealed class InboxElementTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Element = "/inbox/notification-inbox.js";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Any_page_may_take_the_element_as_a_module_and_it_comes_compressed()
    {
        var built = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "NotificationService.Console", "dist", "inbox", "notification-inbox.js"), TestContext.Current.CancellationToken);
        foreach (var (accepted, encoding) in ((string, string?)[])[("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", null)])
        {
            using var response = await AskAsync(HttpMethod.Get, ("Accept-Encoding", accepted), ("Origin", "https://stranger.example"));

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
            response.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(encoding);
            response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
            response.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            response.Headers.Vary.ShouldBe(["Accept-Encoding"]);
            response.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(10));
            response.Headers.Contains("Set-Cookie").ShouldBeFalse();
            (await UnpackedAsync(response, encoding)).ShouldBe(built);
        }
    }

    [Fact]
    public async Task Who_has_it_already_is_not_sent_it_again()
    {
        using var first = await AskAsync(HttpMethod.Get, ("Accept-Encoding", "br"));
        using var second = await AskAsync(HttpMethod.Get, ("Accept-Encoding", "br"), ("If-None-Match", first.Headers.ETag!.ToString()));

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        second.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        (await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task HEAD_says_how_large_it_is_and_nothing_else_can_be_done_with_it()
    {
        using var head = await AskAsync(HttpMethod.Head, ("Accept-Encoding", "br"));
        using var get = await AskAsync(HttpMethod.Get, ("Accept-Encoding", "br"));

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.ShouldBe(get.Content.Headers.ContentLength);
        using var delete = await AskAsync(HttpMethod.Delete);
        delete.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        delete.Content.Headers.Allow.ShouldBe(["GET", "HEAD"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_that_is_not_good_changes_nothing_about_a_public_file()
    {
        using var response = await AskAsync(HttpMethod.Get, ("Authorization", "Bearer nonsense"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_address_of_the_service_itself_is_a_page()
    {
        using var response = await service.Client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldNotContain("unsafe");
        response.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Element, UriKind.Relative));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> UnpackedAsync(HttpResponseMessage response, string? encoding)
    {
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream unpacked = encoding switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
