using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;

namespace NotificationService.EndToEndTests.Webhooks;

[Collection(SignInCollection.Name)]
public sealed class WebhookEndpointsApiTests(SignInService service)
{
    private const string Path = WebhookTenant.Path;
    private const string Good = """{"url":"https://hooks.example.com/in","events":["delivery.*"]}""";

    [Fact]
    public async Task An_endpoint_is_made_read_listed_changed_and_deleted_and_shows_its_secret_once_and_its_headers_never()
    {
        var tenant = await WebhookTenant.CreateAsync(service);

        var (status, made, headers) = await tenant.PostAsync(
            Path, """{"url":"HTTPS://Hooks.EXAMPLE.com:443/in?a=1","events":["delivery.*","batch.completed"],"description":"Desk","payload":"thin","headers":{"Authorization":"Bearer canary-0123456789"},"filters":{"channels":["email","sms"],"categories":["shipping"],"batchIds":["01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"]}}""");
        status.ShouldBe(HttpStatusCode.Created, made.ToString());
        var path = headers.Location!.ToString();
        path.ShouldBe($"{Path}/{made.GetProperty("id").GetString()}");
        headers.CacheControl!.NoStore.ShouldBeTrue();
        made.GetProperty("secret").GetString().ShouldNotBeNull().ShouldMatch("^whsec_[A-Za-z0-9+/]{43}=$");
        made.GetProperty("url").GetString().ShouldBe("https://hooks.example.com/in?a=1");
        made.GetProperty("headers").ToString().Replace("\\u2026", "…", StringComparison.Ordinal).ShouldBe("""{"Authorization":"Bea…6789"}""");
        made.GetProperty("filters").ToString().ShouldBe("""{"channels":["email","sms"],"categories":["shipping"],"batchIds":["01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"]}""");
        (made.GetProperty("payload").GetString(), made.GetProperty("enabled").GetBoolean(), made.GetProperty("secrets").GetArrayLength()).ShouldBe(("thin", true, 1));

        var read = (await tenant.GetAsync(path)).Body;
        read.TryGetProperty("secret", out _).ShouldBeFalse();
        read.GetProperty("updatedAt").GetString().ShouldBe(made.GetProperty("updatedAt").GetString());
        (await tenant.GetAsync(Path)).Body.GetProperty("items")[0].ToString().ShouldBe(read.ToString());

        var patched = (await tenant.SendAsync(HttpMethod.Patch, path, """{"events":["delivery.failed"],"enabled":false,"headers":{"X-Env":"prod"}}""")).Body;
        (patched.GetProperty("enabled").GetBoolean(), patched.GetProperty("disabledAt").ValueKind, patched.GetProperty("disabledReason").ValueKind)
            .ShouldBe((false, JsonValueKind.String, JsonValueKind.Null));
        patched.GetProperty("headers").ToString().Replace("\\u2026", "…", StringComparison.Ordinal).ShouldBe("""{"Authorization":"Bea…6789","X-Env":"…"}""");
        patched.GetProperty("filters").ToString().ShouldBe(made.GetProperty("filters").ToString());

        // What was read may be written back: masked headers stay, what is left out goes.
        var put = (await tenant.SendAsync(HttpMethod.Put, path, """{"url":"https://hooks.example.com/in?a=1","events":["*"],"headers":{"Authorization":"Bea…6789"}}""")).Body;
        (put.GetProperty("payload").GetString(), put.GetProperty("enabled").GetBoolean(), put.GetProperty("description").ValueKind).ShouldBe(("full", true, JsonValueKind.Null));
        put.GetProperty("headers").ToString().Replace("\\u2026", "…", StringComparison.Ordinal).ShouldBe("""{"Authorization":"Bea…6789"}""");
        put.GetProperty("filters").ToString().ShouldBe("""{"channels":null,"categories":null,"batchIds":null}""");
        (await tenant.SendAsync(HttpMethod.Patch, path, """{"headers":{"authorization":"Bearer canary-9876543210"}}""")).Body.GetProperty("headers").ToString().Replace("\\u2026", "…", StringComparison.Ordinal)
            .ShouldBe("""{"authorization":"Bea…3210"}""");
        (await tenant.SendAsync(HttpMethod.Patch, path, """{"headers":{"authorization":null}}""")).Body.GetProperty("headers").ToString().Replace("\\u2026", "…", StringComparison.Ordinal).ShouldBe("{}");

        (await tenant.SendAsync(HttpMethod.Delete, path)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await tenant.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await tenant.SendAsync(HttpMethod.Delete, path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await service.Database.QueryAsync<long>($"select count(*) from webhook_secrets where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe([0]);
        service.Process.Output.ShouldNotContain("canary");
        var audit = await service.Database.QueryAsync<string>(
            $"select action || coalesce(before::text, '') || coalesce(after::text, '') from audit_log where tenant_id = '{tenant.Admin.Tenant}' and action like 'webhook_endpoint.%' order by at");
        audit.Select(row => row[..row.IndexOf('{', StringComparison.Ordinal)]).ShouldBe(
            ["webhook_endpoint.created", .. Enumerable.Repeat("webhook_endpoint.updated", 4), "webhook_endpoint.deleted"]);
        string.Concat(audit).ShouldNotContain("example.com");
    }

    [Fact]
    public async Task An_endpoint_that_fails_says_since_when_and_why_until_it_takes_something()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var status = 503;
        receiver.Response = _ => new ReceiverResponse(Volatile.Read(ref status));
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = await tenant.CreateEndpointAsync(receiver["/hook"].AbsoluteUri);
        var path = $"{Path}/{made.GetProperty("id").GetString()}";
        ShouldBeWell(made);

        var message = (await tenant.PostAsync(path + "/test")).Body.GetProperty("messageId").GetString();
        var failing = await UntilAsync(tenant, path, endpoint => endpoint.GetProperty("failures").GetInt32() > 0);
        failing.GetProperty("lastFailure").GetString().ShouldBe("http_status 503");
        var since = failing.GetProperty("failingSince").GetDateTimeOffset();
        since.ShouldBeInRange(made.GetProperty("createdAt").GetDateTimeOffset(), TimeProvider.System.GetUtcNow());
        failing.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        var listed = (await tenant.GetAsync(Path)).Body.GetProperty("items")[0];
        (listed.GetProperty("failingSince").GetDateTimeOffset(), listed.GetProperty("lastFailure").GetString()).ShouldBe((since, "http_status 503"));

        Volatile.Write(ref status, 200);
        (await tenant.PostAsync($"{path}/deliveries/{message}/resend")).Status.ShouldBe(HttpStatusCode.Accepted);
        ShouldBeWell(await UntilAsync(tenant, path, endpoint => endpoint.GetProperty("failures").GetInt32() == 0));

        Volatile.Write(ref status, 410);
        (await tenant.PostAsync(path + "/test")).Status.ShouldBe(HttpStatusCode.Accepted);
        var ended = await UntilAsync(tenant, path, endpoint => !endpoint.GetProperty("enabled").GetBoolean());
        (ended.GetProperty("disabledReason").GetString(), ended.GetProperty("lastFailure").GetString()).ShouldBe(("gone", "gone"));
        ended.GetProperty("failingSince").GetDateTimeOffset().ShouldBeGreaterThan(since);

        static Task<JsonElement> UntilAsync(WebhookTenant tenant, string path, Func<JsonElement, bool> condition) =>
            Eventually.ValueAsync(async () => (await tenant.GetAsync(path)).Body, condition, WebhookTenant.Ample);

        static void ShouldBeWell(JsonElement endpoint) =>
            (endpoint.GetProperty("failingSince").ValueKind, endpoint.GetProperty("lastFailure").ValueKind, endpoint.GetProperty("failures").GetInt32()).ShouldBe((JsonValueKind.Null, JsonValueKind.Null, 0));
    }

    [Theory]
    [InlineData("{}", "/url required", "/events required")]
    [InlineData("""{"url":"","events":[]}""", "/url required", "/events required")]
    [InlineData("""{"url":"https://a.example","events":["delivery.vanished","delivery.*","delivery.*",null]}""", "/events/0 event_unknown", "/events/2 duplicate", "/events/3 event_unknown")]
    [InlineData("""{"url":"https://a.example","events":["*"],"payload":"fat","description":"a\u0007b"}""", "/payload choice_invalid", "/description text_invalid")]
    [InlineData("""{"url":"https://a.example","events":["*"],"filters":{"channels":["fax"],"categories":[""]}}""", "/filters/channels unknown_channel", "/filters/categories text_invalid")]
    [InlineData("""{"url":"ftp://a.example","events":["*"]}""", "/url url_scheme")]
    [InlineData("""{"url":"//evil.com/x","events":["*"]}""", "/url url_scheme")]
    [InlineData("""{"url":"https://user:pw@a.example:22/#x","events":["*"]}""", "/url url_credentials", "/url url_fragment", "/url url_port")]
    [InlineData("""{"url":"https://a.example/\r\nHost: b","events":["*"]}""", "/url url_invalid")]
    [InlineData("""{"url":"https://a.example","events":["*"],"headers":{"X-A":"a\r\nHost: evil","Host":"evil","Content-Length":"1","Webhook-Signature":"v1,x","a b":"c","X-B":"…","x/y~z":"1"}}""",
        "/headers/X-A header_invalid", "/headers/Host header_invalid", "/headers/Content-Length header_invalid", "/headers/Webhook-Signature header_invalid",
        "/headers/a b header_invalid", "/headers/X-B header_invalid", "/headers/x~1y~0z header_invalid")]
    [InlineData("""{"url":"https://a.example","events":["*"],"headers":{"X-A":"1","x-a":"2"}}""", "/headers/X-A header_invalid", "/headers/x-a header_invalid")]
    public async Task Every_mistake_is_named_with_its_place_and_code(string body, params string[] expected)
    {
        var tenant = await WebhookTenant.CreateAsync(service);

        var (status, problem, _) = await tenant.PostAsync(Path, body);

        ((int)status).ShouldBe(422, problem.ToString());
        WebhookTenant.Errors(problem).Select(error => $"{error.Pointer} {error.Code}").ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task Headers_are_few_and_short()
    {
        var tenant = await WebhookTenant.CreateAsync(service);

        WebhookTenant.Errors((await tenant.PostAsync(Path, With(Enumerable.Range(0, 21).ToDictionary(i => $"X-{i}", _ => "1")))).Body).ShouldBe([("/headers", "header_invalid")]);
        WebhookTenant.Errors((await tenant.PostAsync(Path, With(Enumerable.Range(0, 4).ToDictionary(i => $"X-{i}", _ => new string('a', 2000))))).Body).ShouldBe([("/headers", "header_invalid")]);
        WebhookTenant.Errors((await tenant.PostAsync(Path, With(new() { ["X-A"] = new string('a', 5000) }))).Body).ShouldBe([("/headers/X-A", "header_invalid")]);
        (await tenant.PostAsync(Path, With(Enumerable.Range(0, 20).ToDictionary(i => $"X-{i}", _ => "1")))).Status.ShouldBe(HttpStatusCode.Created);

        static string With(Dictionary<string, string> headers) => JsonSerializer.Serialize(new { url = "https://a.example", events = new[] { "*" }, headers });
    }

    [Fact]
    public async Task Headers_that_are_stored_count_with_those_that_a_change_brings()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var path = $"{Path}/{(await tenant.CreateEndpointAsync("https://hooks.example.com/in")).GetProperty("id").GetString()}";
        async Task<IEnumerable<(string, string)>> ChangeAsync(string name, string value) => WebhookTenant.Errors(
            (await tenant.SendAsync(HttpMethod.Patch, path, JsonSerializer.Serialize(new { headers = new Dictionary<string, string> { [name] = value } }))).Body);

        // Together 6 KB and no more, however many changes they come in.
        for (var i = 0; i < 3; i++)
            (await ChangeAsync($"X-{i}", new string('a', 2045))).ShouldBeEmpty();
        (await ChangeAsync("X-3", "1")).ShouldBe([("/headers", "header_invalid")]);
        (await ChangeAsync("X-2", new string('a', 2046))).ShouldBe([("/headers", "header_invalid")]);
        (await ChangeAsync("X-2", new string('b', 2045))).ShouldBeEmpty();
        WebhookTenant.Errors((await tenant.SendAsync(HttpMethod.Patch, path, """{"description":"As it was"}""")).Body).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_header_is_not_stored_twice_in_other_letters()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = (await tenant.PostAsync(Path, """{"url":"https://hooks.example.com/in","events":["*"],"headers":{"X-Key":"0123456789-0123456789"}}""")).Body;
        var path = $"{Path}/{made.GetProperty("id").GetString()}";

        // The one is kept as it is shown, and the other given.
        WebhookTenant.Errors((await tenant.SendAsync(HttpMethod.Patch, path, """{"headers":{"X-Key":"012…6789","x-key":"another"}}""")).Body)
            .ShouldBe([("/headers/x-key", "header_invalid")]);
        WebhookTenant.Errors((await tenant.SendAsync(HttpMethod.Put, path, """{"url":"https://hooks.example.com/in","events":["*"],"headers":{"X-Key":"012…6789","x-key":"another"}}""")).Body)
            .ShouldBe([("/headers/x-key", "header_invalid")]);
        (await tenant.SendAsync(HttpMethod.Patch, path, """{"headers":{"x-key":"another"}}""")).Body.GetProperty("headers").EnumerateObject().Select(header => header.Name).ShouldBe(["x-key"]);
    }

    [Fact]
    public async Task Stored_headers_do_not_go_to_another_address()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = (await tenant.PostAsync(Path, """{"url":"https://hooks.example.com/in","events":["*"],"headers":{"X-Key":"0123456789-0123456789"}}""")).Body;
        var path = $"{Path}/{made.GetProperty("id").GetString()}";

        (await tenant.SendAsync(HttpMethod.Patch, path, """{"url":"https://hooks.example.com/elsewhere"}""")).Status.ShouldBe(HttpStatusCode.OK);
        WebhookTenant.Errors((await tenant.SendAsync(HttpMethod.Patch, path, """{"url":"https://evil.example.com/in"}""")).Body).ShouldBe([("/headers/X-Key", "required")]);
        WebhookTenant.Errors((await tenant.SendAsync(HttpMethod.Put, path, """{"url":"https://evil.example.com/in","events":["*"],"headers":{"X-Key":"012…6789"}}""")).Body)
            .ShouldBe([("/headers/X-Key", "required")]);
        (await tenant.SendAsync(HttpMethod.Patch, path, """{"url":"https://other.example.com/in","headers":{"X-Key":"given again"}}""")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_tenants_endpoint_is_not_there()
    {
        var (mine, stranger) = (await WebhookTenant.CreateAsync(service), await WebhookTenant.CreateAsync(service));
        var endpoint = (await mine.CreateEndpointAsync("https://hooks.example.com/in")).GetProperty("id").GetString()!;
        var message = (await mine.PlantAsync(service.Database, endpoint, 1)).Single();
        var path = $"{Path}/{endpoint}";

        (HttpMethod Method, string Path, string? Body)[] calls =
        [
            (HttpMethod.Get, path, null), (HttpMethod.Patch, path, "{}"), (HttpMethod.Put, path, Good), (HttpMethod.Delete, path, null), (HttpMethod.Post, path + "/rotate-secret", null),
            (HttpMethod.Post, path + "/test", null), (HttpMethod.Get, path + "/deliveries", null), (HttpMethod.Get, $"{path}/deliveries/{message}", null),
            (HttpMethod.Post, $"{path}/deliveries/{message}/resend", null), (HttpMethod.Post, path + "/replay", $$"""{"mode":"failed","since":"{{DateTimeOffset.UtcNow.AddHours(-1):O}}"}"""),
        ];
        foreach (var (method, address, body) in calls)
            (await stranger.SendAsync(method, address, body)).Status.ShouldBe(HttpStatusCode.NotFound, $"{method} {address}");
        (await stranger.GetAsync(Path)).Body.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await mine.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
        // Nor is a message of one endpoint another one's.
        var other = (await mine.CreateEndpointAsync("https://hooks.example.com/in")).GetProperty("id").GetString();
        (await mine.GetAsync($"{Path}/{other}/deliveries/{message}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await mine.PostAsync($"{Path}/{other}/deliveries/{message}/resend")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_tenant_has_at_most_fifty_even_when_they_are_made_at_once()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        for (var i = 0; i < 48; i++)
            await tenant.CreateEndpointAsync($"https://hooks.example.com/{i}");

        var last = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => tenant.PostAsync(Path, Good)));

        last.Count(response => response.Status == HttpStatusCode.Created).ShouldBe(2);
        last.Where(response => response.Status != HttpStatusCode.Created).ShouldAllBe(response => response.Status == HttpStatusCode.Conflict && response.Body.GetProperty("code").GetString() == "limit_reached");
        var page = (await tenant.GetAsync(Path + "?page=2&limit=40")).Body;
        (page.GetProperty("items").GetArrayLength(), page.GetProperty("pagination").GetProperty("total").GetInt32()).ShouldBe((10, 50));
    }

    [Fact]
    public async Task A_new_secret_takes_over_and_the_old_ones_sign_for_a_while_but_not_more_than_ten()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = await tenant.CreateEndpointAsync("https://hooks.example.com/in");
        var path = $"{Path}/{made.GetProperty("id").GetString()}";

        var (status, rotated, headers) = await tenant.PostAsync(path + "/rotate-secret");
        status.ShouldBe(HttpStatusCode.OK, rotated.ToString());
        headers.CacheControl!.NoStore.ShouldBeTrue();
        rotated.GetProperty("secret").GetString().ShouldNotBe(made.GetProperty("secret").GetString());
        var secrets = rotated.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("retiresAt")).ToList();
        secrets[0].ValueKind.ShouldBe(JsonValueKind.Null);
        (secrets[1].GetDateTimeOffset() - DateTimeOffset.UtcNow).ShouldBeInRange(TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));

        for (var i = 0; i < 9; i++)
            (await tenant.PostAsync(path + "/rotate-secret", """{"keepOldForHours":48}""")).Status.ShouldBe(HttpStatusCode.OK);
        var (full, problem, _) = await tenant.PostAsync(path + "/rotate-secret");
        full.ShouldBe(HttpStatusCode.Conflict);
        problem.GetProperty("code").GetString().ShouldBe("too_many_secrets");
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain($"{secrets[1].GetDateTimeOffset():yyyy-MM-ddTHH:mm:ssZ}");
        (await tenant.GetAsync(path)).Body.GetProperty("secrets").GetArrayLength().ShouldBe(11);
    }

    [Fact]
    public async Task An_old_secret_may_be_ended_at_once()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var path = $"{Path}/{(await tenant.CreateEndpointAsync("https://hooks.example.com/in")).GetProperty("id").GetString()}";

        (await tenant.PostAsync(path + "/rotate-secret", """{"keepOldForHours":0}""")).Body.GetProperty("secrets").GetArrayLength().ShouldBe(1);
        (await tenant.PostAsync(path + "/rotate-secret", """{"keepOldForHours":169}""")).Status.ShouldBe((HttpStatusCode)422);
        (await tenant.PostAsync(path + "/rotate-secret", """{"keepOldForHours":-1}""")).Status.ShouldBe((HttpStatusCode)422);
    }
}
