using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>How a program of a tenant gets an access token: RFC 6749, section 4.4.</summary>
[Collection(SignInCollection.Name)]
public sealed class OAuthTokenTests(SignInService service)
{
    private const string Admin = "/api/v1/admin/service-accounts";
    private static readonly KeyValuePair<string, string> Grant = new("grant_type", "client_credentials");

    [Fact]
    public async Task The_demo_account_gets_a_token_that_works()
    {
        using var response = await service.AskForTokenAsync("demo-service", "demo-service-secret");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.Pragma.ToString().ShouldBe("no-cache");
        var body = await SignInService.ReadAsync(response);
        body.EnumerateObject().Select(property => property.Name).ShouldBe(["access_token", "token_type", "expires_in", "scope"]);
        body.GetProperty("token_type").GetString().ShouldBe("Bearer");
        body.GetProperty("expires_in").GetInt32().ShouldBe(3600);
        body.GetProperty("scope").GetString().ShouldBe("notifications:send notifications:read recipients:write events:publish admin");
        (await service.StatusAsync(Admin, body.GetProperty("access_token").GetString())).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("demo-service:demo-service-secret")]
    [InlineData("demo%2Dservice:demo%2dservice%2Dsecret")]
    public async Task The_credentials_may_stand_in_HTTP_Basic(string basic)
    {
        using var response = await service.AskForTokenAsync([Grant], basic);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_somebody_made_up_is_a_401_whatever_it_is()
    {
        var good = await service.TokenAsync("demo-service", "demo-service-secret");
        var parts = good.Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        string Under(string header) => $"{Encoded(header)}.{parts[1]}.{parts[2]}";
        string Saying(string claims) => $"{parts[0]}.{Encoded(claims)}.{parts[2]}";
        string[] bad =
        [
            "x", "..", $"{parts[0]}.{parts[1]}.", $"{good}.{parts[2]}", $"{parts[0]}..{parts[2]}", $"{parts[0]}.*.{parts[2]}", $"{good}=", $"{parts[0]}.{new string('A', 7_000)}.{parts[2]}",
            $"{parts[0]}.{new string('A', 9_000)}.{parts[2]}", $"{parts[0]}.{parts[1]}.{new string('A', 43)}", $"{Encoded("""{"alg":"none"}""")}.{parts[1]}.",
            Under("""{"alg":"none","kid":"k1","typ":"at+jwt"}"""), Under("""{"alg":"RS256","kid":"k1","typ":"at+jwt"}"""), Under("""{"alg":"HS256","kid":"../k1","typ":"at+jwt"}"""),
            Under("""{"alg":"HS256","kid":"k1","typ":"at+jwt","jku":"http://127.0.0.1:9/keys","jwk":{"kty":"oct","k":"AAAA"},"x5u":"http://127.0.0.1:9/"}"""), Under("{"), Under("[]"),
            Saying(payload.Replace("scope", "roles", StringComparison.Ordinal)), Saying("null"), Saying("{}"), Saying(new string('[', 5_000)), Saying("{\"exp\":1e400}"),
        ];

        foreach (var token in bad)
        {
            using var response = await service.GetAsync(Admin, token);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, token);
            response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer realm=\"notification-service\", error=\"invalid_token\"");
        }

        (await service.StatusAsync(Admin, good)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_may_be_asked_for_with_less_than_the_account_has()
    {
        using var response = await service.AskForTokenAsync("demo-service", "demo-service-secret", "notifications:read  notifications:send");

        var body = await SignInService.ReadAsync(response);
        body.GetProperty("scope").GetString().ShouldBe("notifications:send notifications:read");
        using var refused = await service.GetAsync(Admin, body.GetProperty("access_token").GetString());
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refused.Headers.WwwAuthenticate.ToString().ShouldContain("error=\"insufficient_scope\", scope=\"admin\"");
        var problem = await SignInService.ReadAsync(refused);
        problem.GetProperty("code").GetString().ShouldBe("forbidden");
        problem.GetProperty("detail").GetString().ShouldBe("The scope admin is needed.");
    }

    [Fact]
    public async Task A_scope_that_the_account_has_not_is_refused()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);

        foreach (var scope in (string[])["admin", "notifications:send admin", "nonsense", "NOTIFICATIONS:SEND"])
        {
            using var response = await service.AskForTokenAsync(account.ClientId, account.ClientSecret, scope);
            await ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, "invalid_scope");
        }
    }

    [Theory]
    [InlineData("demo-service", "wrong")]
    [InlineData("demo-service", "")]
    [InlineData("demo-service", "demo-test-secret")]
    [InlineData("nobody", "demo-service-secret")]
    [InlineData("", "demo-service-secret")]
    [InlineData("demo-service\0", "demo-service-secret")]
    [InlineData("' or 1=1 --", "x")]
    [InlineData("ü@ü", "x")]
    public async Task Unknown_and_wrong_are_one_answer(string clientId, string secret)
    {
        using var wrong = await service.AskForTokenAsync("demo-service", "quite wrong");
        using var response = await service.AskForTokenAsync(clientId, secret);

        await ShouldBeErrorAsync(response, HttpStatusCode.Unauthorized, "invalid_client");
        response.Headers.WwwAuthenticate.ToString().ShouldStartWith("Basic realm=");
        (await response.Content.ReadAsStringAsync()).ShouldBe(await wrong.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_secret_of_a_megabyte_is_refused_unread()
    {
        using var response = await service.AskForTokenAsync("demo-service", new string('x', 1_000_000));

        await ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [InlineData("invalid_request", "client_id=demo-service&client_secret=demo-service-secret")]
    [InlineData("invalid_request", "grant_type=&client_id=demo-service&client_secret=demo-service-secret")]
    [InlineData("invalid_request", "grant_type=client_credentials&grant_type=client_credentials&client_id=demo-service&client_secret=demo-service-secret")]
    [InlineData("invalid_request", "grant_type=client_credentials&client_id=a&client_id=b&client_secret=demo-service-secret")]
    [InlineData("invalid_request", "grant_type=client_credentials&client_id=demo-service&client_secret=demo-service-secret", "text/plain")]
    [InlineData("invalid_request", "{\"grant_type\":\"client_credentials\"}", "application/json")]
    [InlineData("invalid_request", "", null)]
    [InlineData("unsupported_grant_type", "grant_type=password&username=a&password=b")]
    [InlineData("unsupported_grant_type", "grant_type=authorization_code&code=x")]
    public async Task What_is_no_such_request_is_answered_in_the_words_of_the_RFC(string error, string form, string? contentType = "application/x-www-form-urlencoded")
    {
        using var content = new StringContent(form);
        content.Headers.ContentType = contentType is null ? null : new(contentType);
        using var response = await service.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);

        await ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, error);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Credentials_in_the_form_and_in_the_header_are_refused()
    {
        using var response = await service.AskForTokenAsync([Grant, new("client_id", "demo-service"), new("client_secret", "demo-service-secret")], "demo-service:demo-service-secret");

        await ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [InlineData("demo-service")]
    [InlineData(":demo-service-secret")]
    [InlineData("")]
    public async Task A_header_that_holds_no_credentials_is_nobody(string basic)
    {
        using var response = await service.AskForTokenAsync([Grant], basic);

        await ShouldBeErrorAsync(response, HttpStatusCode.Unauthorized, "invalid_client");
    }

    private static async Task ShouldBeErrorAsync(HttpResponseMessage response, HttpStatusCode status, string error)
    {
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        body.EnumerateObject().Select(property => property.Name).ShouldBe(["error", "error_description"]);
        body.GetProperty("error").GetString().ShouldBe(error);
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
