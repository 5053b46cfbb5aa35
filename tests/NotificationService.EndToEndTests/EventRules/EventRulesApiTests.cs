using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.EventRules;

[Collection(SignInCollection.Name)]
public sealed class EventRulesApiTests(SignInService service)
{
    private const string Path = "/api/v1/admin/event-rules";
    private static readonly object Rule = new { type = "com.example.shipped", template = "order-shipped", channels = new[] { "email" }, recipient = new { email = "data.mail" }, priority = "high", allowMissing = true };

    [Fact]
    public async Task A_rule_is_made_read_replaced_and_removed()
    {
        var admin = await service.RegisterAsync();
        using var created = await service.PostAsync(Path, Rule, admin.AccessToken);
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await SignInService.ReadAsync(created);
        var at = $"{Path}/{made.GetProperty("id").GetString()}";
        created.Headers.Location!.ToString().ShouldBe(at);
        made.GetProperty("enabled").GetBoolean().ShouldBeTrue();

        using var replaced = await PutAsync(at, new { type = "com.example.packed", template = "welcome", channel = "sms", recipient = new { phone = "subject" }, data = new { id = "data.order.0" }, enabled = false, allowMissing = true }, admin.AccessToken);
        replaced.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var read = await service.GetAsync(at, admin.AccessToken);
        var now = await SignInService.ReadAsync(read);
        (now.GetProperty("type").GetString(), now.GetProperty("channels")[0].GetString(), now.GetProperty("enabled").GetBoolean()).ShouldBe(("com.example.packed", "sms", false));
        (now.GetProperty("recipient").GetProperty("phone").GetString(), now.GetProperty("data").GetProperty("id").GetString(), now.TryGetProperty("priority", out _)).ShouldBe(("subject", "data.order.0", false));

        using var list = await service.GetAsync($"{Path}?type=com.example.packed", admin.AccessToken);
        (await SignInService.ReadAsync(list)).GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(1);
        (await DeleteAsync(at, admin.AccessToken)).ShouldBe(HttpStatusCode.NoContent);
        (await DeleteAsync(at, admin.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        (await service.Database.QueryAsync<string>($"select action from audit_log where tenant_id = '{admin.Tenant}' and action like 'event_rule.%' order by at"))
            .ShouldBe(["event_rule.created", "event_rule.changed", "event_rule.removed"]);
    }

    [Fact]
    public async Task Another_tenants_rule_is_not_there()
    {
        var (admin, stranger) = (await service.RegisterAsync(), await service.RegisterAsync());
        using var created = await service.PostAsync(Path, Rule, admin.AccessToken);
        var at = $"{Path}/{(await SignInService.ReadAsync(created)).GetProperty("id").GetString()}";

        (await service.StatusAsync(at, stranger.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(at, stranger.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        using var replaced = await PutAsync(at, Rule, stranger.AccessToken);
        replaced.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await service.StatusAsync(at, admin.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"template":"t","recipient":{"email":"data.a"}}""", "/type")]
    [InlineData("""{"type":"notification.mine","template":"t","recipient":{"email":"data.a"}}""", "/type")]
    [InlineData("""{"type":"t","template":"t","recipient":{}}""", "/recipient")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":null}}""", "/recipient/email")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data..a"}}""", "/recipient/email")]
    [InlineData("""{"type":"t","template":"t","recipient":{"mail":"data.a"}}""", "/recipient/mail")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data.a"},"data":{"v":"elsewhere.b"}}""", "/data/v")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data.a"},"channels":["fax"]}""", "/channels/0")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data.a"},"channel":"email","channels":["email"]}""", "/channel")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data.a"},"priority":"urgent"}""", "/priority")]
    [InlineData("""{"type":"t","template":"No key","recipient":{"email":"data.a"}}""", "/template")]
    [InlineData("""{"type":"t","template":"t","recipient":{"email":"data.a"},"surplus":1}""", "/surplus")]
    public async Task A_rule_that_could_not_work_is_refused_by_field(string body, string pointer)
    {
        var admin = await service.RegisterAsync();
        using var response = await service.PostAsync(Path, JsonElement.Parse(body), admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldContain(pointer);
    }

    [Fact]
    public async Task A_rule_for_a_template_that_is_not_published_is_refused_unless_it_says_that_it_may_be_missing()
    {
        var admin = await service.RegisterAsync();
        using var drafted = await service.PostAsync("/api/v1/admin/templates",
            new { key = "late", name = "Late", contents = new { sms = new { en = new { text = "x" } } } }, admin.AccessToken);
        drafted.StatusCode.ShouldBe(HttpStatusCode.Created);

        foreach (var template in new[] { "late", "never-made" })
        {
            using var refused = await service.PostAsync(Path, Shipped(template, allowMissing: null), admin.AccessToken);
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            var error = (await SignInService.ReadAsync(refused)).GetProperty("errors")[0];
            (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()).ShouldBe(("/template", "template_unknown"));
        }

        using var allowed = await service.PostAsync(Path, Shipped("late", allowMissing: true), admin.AccessToken);
        allowed.StatusCode.ShouldBe(HttpStatusCode.Created);
        var at = $"{Path}/{(await SignInService.ReadAsync(allowed)).GetProperty("id").GetString()}";
        using var replaced = await PutAsync(at, Shipped("late", allowMissing: false), admin.AccessToken);
        replaced.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var published = await service.PostAsync("/api/v1/admin/templates/late/publish", new { }, admin.AccessToken);
        published.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var again = await PutAsync(at, Shipped("late", allowMissing: null), admin.AccessToken);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);

        static object Shipped(string template, bool? allowMissing) => new { type = "com.example.shipped", template, recipient = new { phone = "data.phone" }, allowMissing };
    }

    [Fact]
    public async Task Of_one_type_there_are_at_most_ten()
    {
        var admin = await service.RegisterAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 14).Select(_ => service.PostAsync(Path, Rule, admin.AccessToken)));

        responses.CountBy(response => response.StatusCode).OrderBy(count => count.Key).ShouldBe([new(HttpStatusCode.Created, 10), new(HttpStatusCode.Conflict, 4)]);
    }

    private Task<HttpResponseMessage> PutAsync(string path, object body, string token) => service.As(token).SendAsync(HttpMethod.Put, path, body);

    private async Task<HttpStatusCode> DeleteAsync(string path, string token)
    {
        using var response = await service.As(token).SendAsync(HttpMethod.Delete, path);
        return response.StatusCode;
    }
}
