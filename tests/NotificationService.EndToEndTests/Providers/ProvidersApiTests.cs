using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Providers;

[Collection(SignInCollection.Name)]
public sealed class ProvidersApiTests(SignInService service)
{
    private const string Path = "/api/v1/admin/providers";
    private const string Secret = "SG.canary-0123456789-secret";

    [Fact]
    public async Task A_provider_is_made_read_listed_changed_and_deleted_and_never_shows_its_secret()
    {
        var token = (await service.RegisterAsync()).AccessToken;

        var (status, made, headers) = await SendAsync(HttpMethod.Post, Path, token, SendGrid());
        status.ShouldBe(HttpStatusCode.Created);
        var path = headers.Location!.ToString();
        path.ShouldBe($"{Path}/{made.GetProperty("id").GetString()}");
        made.GetProperty("credentials").GetProperty("apiKey").GetString().ShouldBe("SG.…cret");
        (made.GetProperty("usable").GetBoolean(), made.GetProperty("weight").GetInt32(), made.GetProperty("enabled").GetBoolean()).ShouldBe((true, 100, true));

        (await SendAsync(HttpMethod.Get, path, token)).Body.ToString().ShouldBe(made.ToString());
        (await SendAsync(HttpMethod.Get, $"{Path}?channel=email", token)).Body.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await SendAsync(HttpMethod.Get, $"{Path}?channel=sms", token)).Body.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(0);

        var patched = (await SendAsync(HttpMethod.Patch, path, token, """{"weight":5,"rateLimit":10}""")).Body;
        (patched.GetProperty("weight").GetInt32(), patched.GetProperty("priority").GetInt32(), patched.GetProperty("rateLimit").GetInt32()).ShouldBe((5, 7, 10));
        // What was read may be written back: masked credentials stay.
        var put = (await SendAsync(HttpMethod.Put, path, token, """{"channel":"email","type":"sendgrid","name":"Renamed","credentials":{"apiKey":"SG.…cret"},"settings":{"from":{"email":"orders@example.com"}}}""")).Body;
        (put.GetProperty("name").GetString(), put.GetProperty("weight").GetInt32(), put.GetProperty("rateLimit").ValueKind).ShouldBe(("Renamed", 100, JsonValueKind.Null));
        put.GetProperty("credentials").GetProperty("apiKey").GetString().ShouldBe("SG.…cret");

        (await SendAsync(HttpMethod.Delete, path, token)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Get, path, token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Delete, path, token)).Status.ShouldBe(HttpStatusCode.NotFound);
        service.Process.Output.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Another_tenants_provider_is_not_there()
    {
        var (mine, stranger) = ((await service.RegisterAsync()).AccessToken, (await service.RegisterAsync()).AccessToken);
        var path = $"{Path}/{(await SendAsync(HttpMethod.Post, Path, mine, SendGrid())).Body.GetProperty("id").GetString()}";

        (HttpMethod Method, string Path, string? Body)[] calls =
            [(HttpMethod.Get, path, null), (HttpMethod.Patch, path, """{"weight":1}"""), (HttpMethod.Put, path, SendGrid()), (HttpMethod.Delete, path, null), (HttpMethod.Post, path + "/test", null)];
        foreach (var (method, address, body) in calls)
            (await SendAsync(method, address, stranger, body)).Status.ShouldBe(HttpStatusCode.NotFound, $"{method} {address}");
        (await SendAsync(HttpMethod.Get, Path, stranger)).Body.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await SendAsync(HttpMethod.Get, path, mine)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{}", "/channel", "/type", "/name")]
    [InlineData("""{"channel":"fax","type":"sendgrid","name":"x"}""", "/channel")]
    [InlineData("""{"channel":"email","type":"twilio","name":"x"}""", "/type")]
    [InlineData("""{"channel":"sms","type":"sendgrid","name":"x"}""", "/type")]
    [InlineData("""{"channel":"email","type":"sendgrid","name":"x"}""", "/credentials/apiKey", "/settings/from")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"   "}""", "/name")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","priority":-1,"weight":1001,"rateLimit":0}""", "/priority", "/weight", "/rateLimit")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","credentials":{"a/b~c":"y"}}""", "/credentials/a~1b~0c")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","settings":{"x":1}}""", "/settings/x")]
    [InlineData("""{"channel":"email","type":"smtp","name":"x","settings":{"host":"a b","port":0,"tls":"maybe","from":"nobody"}}""", "/settings/host", "/settings/port", "/settings/tls", "/settings/from")]
    [InlineData("""{"channel":"email","type":"smtp","name":"x","credentials":{"username":"x"},"settings":{"host":"mail.example.com","from":"a@example.com"}}""", "/credentials/password")]
    [InlineData("""{"channel":"email","type":"sendgrid","name":"x","credentials":{"apiKey":"x"},"settings":{"from":"a@example.com","baseUrl":"gopher://example.com"}}""", "/settings/baseUrl")]
    public async Task Every_mistake_is_named_with_its_place(string body, params string[] pointers)
    {
        var token = (await service.RegisterAsync()).AccessToken;

        var (status, problem, _) = await SendAsync(HttpMethod.Post, Path, token, body);

        ((int)status).ShouldBe(422, problem.ToString());
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(pointers, ignoreOrder: true);
    }

    [Theory]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","settings":[]}""")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","settings":"x"}""")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","credentials":{"a":{"b":1}}}""")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","credentials":["a"]}""")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","priority":"10"}""")]
    [InlineData("""{"channel":"email","type":"sandbox","name":"x","tenantId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"}""")]
    [InlineData("""{"channel":"email","type":"sendgrid","name":"x","credentials":{"apiKey":"x"},"settings":{"from":{"email":{"a":1}}}}""")]
    [InlineData("""{"channel":"email","type":"smtp","name":"x","settings":{"host":["a"],"from":[]}}""")]
    public async Task Whatever_its_shape_a_bad_body_is_the_callers_fault(string body)
    {
        var token = (await service.RegisterAsync()).AccessToken;

        ((int)(await SendAsync(HttpMethod.Post, Path, token, body)).Status).ShouldBeInRange(400, 422);
    }

    [Fact]
    public async Task A_name_is_taken_only_once_and_channel_and_type_do_not_change()
    {
        var token = (await service.RegisterAsync()).AccessToken;
        var made = (await SendAsync(HttpMethod.Post, Path, token, SendGrid())).Body;

        (await SendAsync(HttpMethod.Post, Path, token, SendGrid())).Status.ShouldBe(HttpStatusCode.Conflict);
        var (status, problem, _) = await SendAsync(HttpMethod.Patch, $"{Path}/{made.GetProperty("id").GetString()}", token, """{"type":"smtp"}""");
        ((int)status).ShouldBe(422);
        problem.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/type");
    }

    [Fact]
    public async Task A_test_asks_the_vendor_and_says_in_words_what_it_said()
    {
        await using var vendor = await FakeHttpProvider.StartAsync(contract: new SendGridContract(Secret));
        await using var mail = new FakeSmtpServer { Offers = ["AUTH PLAIN"], Username = "u", Password = Secret };
        mail.Script("AUTH", "535 5.7.8 no");
        var token = (await service.RegisterAsync()).AccessToken;

        (await TestAsync(token, SendGrid($""","baseUrl":"{vendor.BaseUrl}" """))).ShouldBe((true, "SendGrid accepts the API key, and it may send mail"));
        (await TestAsync(token, SendGrid($""","baseUrl":"http://127.0.0.1:{ServiceProcess.FreePort()}" """, "Nobody there"))).Ok.ShouldBeFalse();
        (await TestAsync(token, $$$"""{"channel":"email","type":"smtp","name":"Mail","credentials":{"username":"u","password":"{{{Secret}}}"},"settings":{"host":"127.0.0.1","port":{{{mail.Port}}},"tls":"none","from":"a@example.com"}}"""))
            .ShouldBe((false, "the SMTP server refused the sign-in with 535"));
        (await TestAsync(token, """{"channel":"sms","type":"sandbox","name":"Sandbox"}""")).Ok.ShouldBeTrue();
        vendor.Calls.ShouldBeEmpty();
    }

    private async Task<(bool Ok, string Message)> TestAsync(string token, string body)
    {
        var made = (await SendAsync(HttpMethod.Post, Path, token, body)).Body;
        var tested = (await SendAsync(HttpMethod.Post, $"{Path}/{made.GetProperty("id").GetString()}/test", token)).Body;
        return (tested.GetProperty("ok").GetBoolean(), tested.GetProperty("message").GetString()!);
    }

    private static string SendGrid(string settings = "", string name = "SendGrid") =>
        $$$"""{"channel":"email","type":"sendgrid","name":"{{{name}}}","priority":7,"credentials":{"apiKey":"{{{Secret}}}"},"settings":{"from":{"email":"orders@example.com"} {{{settings}}} }}""";

    private async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)> SendAsync(HttpMethod method, string path, string token, string? body = null)
    {
        using var response = await service.As(token).SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldNotContain("canary");
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), response.Headers);
    }
}
