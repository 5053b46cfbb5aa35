using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>A body full of mistakes is answered with some of them, not with a body of mistakes.</summary>
[Collection(SignInCollection.Name)]
public sealed class ManyErrorsTests(SignInService service)
{
    private const int MaxErrors = 50;
    private const int LargestResponse = 64 * 1024;

    [Theory]
    [InlineData("templates/none/preview", """{"channels":[MANY"x"]}""", "\"\",", 300_000, "too_many")]
    [InlineData("event-rules", """{"type":"t","template":"t","recipient":{"email":"data.a"},"allowMissing":true,"data":{MANY"z":"data.a"}}""", "\"v#\":\"?\",", 900, "too_many_properties")]
    [InlineData("event-rules", """{"type":"t","template":"t","allowMissing":true,"recipient":{MANY"email":"data.a"}}""", "\"v#\":\"?\",", 900, "too_many_properties")]
    [InlineData("event-rules", """{"type":"t","template":"t","recipient":{"email":"data.a"},"allowMissing":true,"channels":[MANY"x"]}""", "\"\",", 300_000, "too_many")]
    [InlineData("providers", """{"channel":"email","type":"sandbox","name":"n","priority":1,"credentials":{},"settings":{MANY"z":1}}""", "\"v#\":1,", 900, "unknown_property")]
    [InlineData("providers", """{"channel":"email","type":"sandbox","name":"n","priority":1,"credentials":{MANY"z":"x"}}""", "\"v#\":\"x\",", 900, "unknown_property")]
    [InlineData("webhook-endpoints", """{"url":"https://example.com/hook","events":[MANY"x"]}""", "\"\",", 300_000, "event_unknown")]
    [InlineData("templates", """{MANY"z":1}""", "\"some-property-that-nobody-knows-#\":1,", 900, "unknown_property")]
    public async Task Of_many_mistakes_fifty_are_named_at_most(string path, string body, string one, int count, string code)
    {
        var admin = await service.RegisterAsync();
        var many = string.Concat(Enumerable.Range(0, count).Select(number => one.Replace("#", $"{number}", StringComparison.Ordinal)));

        using var response = await service.PostAsync($"/api/v1/admin/{path}", JsonElement.Parse(body.Replace("MANY", many, StringComparison.Ordinal)), admin.AccessToken);

        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, text.Length > 1_000 ? text[..1_000] : text);
        text.Length.ShouldBeLessThan(LargestResponse);
        var errors = JsonElement.Parse(text).GetProperty("errors").EnumerateArray().ToList();
        errors.Count.ShouldBeInRange(1, MaxErrors);
        errors.Select(error => error.GetProperty("code").GetString()).ShouldContain(code);
        errors.Count(error => error.GetProperty("message").GetString()!.Contains("Did you mean", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public async Task Of_ten_thousand_bad_items_each_is_named_and_not_all_their_mistakes()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var body = new StringBuilder($"{{{BatchTenant.Shared},\"final\":true,\"notifications\":[");
        for (var item = 0; item < 10_000; item++)
            body.Append(item == 0 ? "{" : ",{").AppendJoin(',', Enumerable.Range(0, 30).Select(number => $"\"unknown-{number}\":0")).Append('}');

        using var response = await tenant.PostAsync("send-batch", body.Append("]}").ToString());

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var rejected = (await SignInService.ReadAsync(response)).GetProperty("rejected").EnumerateArray().Select(item => item.GetProperty("errors").GetArrayLength()).ToList();
        rejected.Count.ShouldBe(10_000);
        (rejected[0], rejected[^1]).ShouldBe((31, 1), "30 unknown names and a recipient that lacks");
        rejected.Sum().ShouldBeInRange(20_000, 30_000);
    }
}
