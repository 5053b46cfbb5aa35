using System.Net;
using System.Text.Json;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>The life of a template through its API, on a running service.</summary>
public sealed class TemplatesApiTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    private const string Root = TemplateEditor.Root;

    [Fact]
    public async Task A_template_is_made_as_a_draft_published_edited_and_rolled_back()
    {
        var key = editor.NewKey();

        var created = await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "Order {{orderId}}"), HttpStatusCode.Created);
        Show(created).ShouldBe("1 draft");
        created.GetProperty("variables").GetProperty("email")[0].GetString().ShouldBe("orderId");
        created.TryGetProperty("publishedVersion", out _).ShouldBeFalse();

        Show(await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish")).ShouldBe("1 published");
        Show(await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", TemplateEditor.Contents("Two"))).ShouldBe("2 draft");
        var id = created.GetProperty("id").GetString();
        Show(await editor.DoneAsync(HttpMethod.Post, $"{Root}/{id}/publish", """{"version":2}""")).ShouldBe("2 published");
        Show(await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/rollback", "{}")).ShouldBe("1 published");

        var versions = (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}/versions")).GetProperty("items").EnumerateArray().Select(Show);
        versions.ShouldBe(["2 superseded", "1 published"]);
        var first = await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}/versions/1");
        first.GetProperty("contents").GetProperty("email").GetProperty("en").GetProperty("subject").GetString().ShouldBe("Order {{orderId}}");
        (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}")).GetProperty("publishedVersion").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_does_not_fit_the_present_state_is_a_conflict()
    {
        var key = await editor.PublishedAsync("One");

        await RefusedAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "Again"), HttpStatusCode.Conflict, "conflict");
        await RefusedAsync(HttpMethod.Post, $"{Root}/{key}/rollback", null, HttpStatusCode.Conflict, "conflict");
        await RefusedAsync(HttpMethod.Post, $"{Root}/{key}/rollback", """{"version":9}""", HttpStatusCode.Conflict, "conflict");
        await RefusedAsync(HttpMethod.Post, $"{Root}/{key}/publish", """{"version":9}""", HttpStatusCode.Conflict, "conflict");
        await RefusedAsync(HttpMethod.Put, $"{Root}/{key}", """{"key":"another"}""", HttpStatusCode.Conflict, "conflict");
        await RefusedAsync(HttpMethod.Put, $"{Root}/{key}", """{"unknown":1}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    [Fact]
    public async Task A_draft_can_be_sent_as_a_test_and_stays_as_it_was_sent()
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "One"), HttpStatusCode.Created);

        var sent = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/test-send", """{"recipient":{"email":"ann@example.com"},"locale":"fr"}""", HttpStatusCode.Accepted);

        sent.GetProperty("template").GetProperty("version").GetInt32().ShouldBe(1);
        Show(await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", TemplateEditor.Contents("Two"))).ShouldBe("2 draft");
        var location = $"/api/v1/services/notifications/{sent.GetProperty("id").GetString()}";
        var stored = await NotificationService.Testing.Eventually.ValueAsync(
            () => editor.DoneAsync(HttpMethod.Get, location), found => found.GetProperty("status").GetString() is "sent" or "delivered" or "failed", TimeSpan.FromSeconds(60));
        stored.GetProperty("status").GetString().ShouldBeOneOf("sent", "delivered");
        stored.GetProperty("metadata").GetProperty("test").GetBoolean().ShouldBeTrue();
        stored.GetProperty("recipient").GetProperty("locale").GetString().ShouldBe("fr");
        var again = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/test-send", """{"recipient":{"email":"ann@example.com"},"version":1}""", HttpStatusCode.Accepted);
        again.GetProperty("template").GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_test_is_refused_as_a_send_is()
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "Order {{orderId}}"), HttpStatusCode.Created);
        var send = $"{Root}/{key}/test-send";

        await RefusedAsync(HttpMethod.Post, send, """{"recipient":{"email":"ann@example.com"}}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
        await RefusedAsync(HttpMethod.Post, send, """{"recipient":{"phone":"+14155550100"},"data":{"orderId":"1"}}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
        await RefusedAsync(HttpMethod.Post, send, """{"recipient":{"email":"ann@example.com"},"data":{"orderId":"1"},"channels":["sms"]}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
        await RefusedAsync(HttpMethod.Post, send, """{"recipient":{"email":"ann@example.com"},"data":{"orderId":"1"},"locale":"../x"}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
        await RefusedAsync(HttpMethod.Post, send, """{"data":{"orderId":"1"}}""", HttpStatusCode.UnprocessableEntity, "validation_failed");
        await RefusedAsync(HttpMethod.Post, send, """{"recipient":{"email":"ann@example.com"},"data":{"orderId":"1"},"version":9}""", HttpStatusCode.NotFound, "not_found");
        await RefusedAsync(HttpMethod.Post, $"{Root}/no-such/test-send", """{"recipient":{"email":"ann@example.com"}}""", HttpStatusCode.NotFound, "not_found");
        var (status, _) = await editor.CallAsync(HttpMethod.Post, send, """{"recipient":{"email":"ann@example.com"},"data":{"orderId":"1"}}""", await editor.StrangerAsync());
        status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_category_is_taken_away_by_null_and_stays_if_it_is_left_out()
    {
        var key = await editor.PublishedAsync("One");

        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"name":"Another"}""")).GetProperty("category").GetString().ShouldBe("tests");
        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"category":null}""")).TryGetProperty("category", out _).ShouldBeFalse();
        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"category":"news"}""")).GetProperty("category").GetString().ShouldBe("news");
    }

    [Fact]
    public async Task A_preview_renders_the_draft_escapes_html_and_names_what_lacks()
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "For {{who}}, {{what}}", "<p>{{who}}</p>"), HttpStatusCode.Created);

        var preview = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/preview", """{"data":{"who":"<Ann>\r\nBcc: x"},"locale":"fr-CA"}""");

        preview.GetProperty("version").GetInt32().ShouldBe(1);
        var email = preview.GetProperty("channels").GetProperty("email");
        email.GetProperty("locale").GetString().ShouldBe("en");
        email.GetProperty("subject").GetString().ShouldBe("For <Ann> Bcc: x, ");
        email.GetProperty("html").GetString().ShouldBe("<p>&lt;Ann&gt;\r\nBcc: x</p>");
        preview.GetProperty("missingVariables")[0].GetString().ShouldBe("what");
    }

    [Fact]
    public async Task A_text_messages_preview_counts_its_segments()
    {
        var preview = await editor.DoneAsync(HttpMethod.Post, $"{Root}/otp/preview", """{"data":{"code":"123456"},"channels":["sms"]}""");

        preview.GetProperty("channels").GetProperty("sms").GetProperty("segments").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"locale":"../../x"}""", "locale_invalid")]
    [InlineData("""{"channels":["fax"]}""", "unknown_channel")]
    [InlineData("""{"channels":["push"]}""", "no_content")]
    [InlineData("""{"data":{"l":[LIST]}}""", "render_limit")]
    public async Task A_preview_that_cannot_be_is_refused_with_its_reason(string body, string code)
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "s", "{{#each l}}x{{/each}}"), HttpStatusCode.Created);

        var errors = await RefusedAsync(HttpMethod.Post, $"{Root}/{key}/preview", body.Replace("LIST", string.Join(',', Enumerable.Repeat("1", 1_001)), StringComparison.Ordinal), HttpStatusCode.UnprocessableEntity, "validation_failed");

        errors.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe(code);
    }

    [Theory]
    [InlineData("{{#if}}", 1, "template_syntax")]
    [InlineData("(upper ", 4_000, "template_too_complex")]
    [InlineData("{{#each a}}", 5_000, "template_too_complex")]
    [InlineData("{{a}}", 13_000, "template_too_complex")]
    [InlineData("{{{a}}}", 1, "raw_output_not_allowed")]
    [InlineData("{{> ../../etc/passwd}}", 1, "template_syntax")]
    public async Task A_hostile_template_is_refused_by_its_pointer_and_the_service_lives_on(string piece, int times, string code)
    {
        var hostile = string.Concat(Enumerable.Repeat(piece, times));
        if (piece[0] == '(')
            hostile = $"{{{{upper {hostile}a{new string(')', times)}}}}}";

        var response = await RefusedAsync(HttpMethod.Post, Root, TemplateEditor.Template(editor.NewKey(), "s", hostile), HttpStatusCode.UnprocessableEntity, "validation_failed");

        var error = response.GetProperty("errors")[0];
        error.GetProperty("code").GetString().ShouldBe(code);
        error.GetProperty("pointer").GetString().ShouldBe("/contents/email/en/html");
        await editor.DoneAsync(HttpMethod.Get, Root);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("../x")]
    [InlineData("0199d2f5-0000-7000-8000-000000000000")]
    [InlineData("")]
    public async Task A_key_is_made_of_few_characters_and_is_no_id(string key)
    {
        var response = await RefusedAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "s"), HttpStatusCode.UnprocessableEntity, "validation_failed");

        response.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/key");
    }

    [Fact]
    public async Task Another_tenants_template_is_as_good_as_none()
    {
        var key = await editor.PublishedAsync("Ours");
        var stranger = await editor.StrangerAsync();

        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Put, "", TemplateEditor.Contents("x")), (HttpMethod.Delete, "", null), (HttpMethod.Get, "/versions", null),
            (HttpMethod.Get, "/versions/1", null), (HttpMethod.Post, "/publish", "{}"), (HttpMethod.Post, "/rollback", "{}"), (HttpMethod.Post, "/preview", "{}"),
        })
        {
            var (status, _) = await editor.CallAsync(method, $"{Root}/{key}{path}", body, stranger);
            status.ShouldBe(HttpStatusCode.NotFound, $"{method} {path}");
        }

        Show(await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}")).ShouldBe("1 published");
    }

    [Fact]
    public async Task An_archived_template_is_gone_and_its_key_free()
    {
        var key = await editor.PublishedAsync("Old");

        await editor.DoneAsync(HttpMethod.Delete, $"{Root}/{key}", expected: HttpStatusCode.NoContent);

        await RefusedAsync(HttpMethod.Get, $"{Root}/{key}", null, HttpStatusCode.NotFound, "not_found");
        await RefusedAsync(HttpMethod.Delete, $"{Root}/{key}", null, HttpStatusCode.NotFound, "not_found");
        Show(await editor.DoneAsync(HttpMethod.Post, Root, TemplateEditor.Template(key, "New"), HttpStatusCode.Created)).ShouldBe("1 draft");
    }

    [Fact]
    public async Task Templates_are_listed_and_found_by_a_text()
    {
        var list = await editor.DoneAsync(HttpMethod.Get, $"{Root}?search=order-ship&limit=10");

        list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()).ShouldBe(["order-shipped"]);
        list.GetProperty("pagination").GetProperty("total").GetInt64().ShouldBe(1);
    }

    private static string Show(JsonElement template) => $"{template.GetProperty("version").GetInt32()} {template.GetProperty("status").GetString()}";

    private async Task<JsonElement> RefusedAsync(HttpMethod method, string path, string? body, HttpStatusCode expected, string code)
    {
        var (status, response) = await editor.CallAsync(method, path, body);
        status.ShouldBe(expected, response.GetRawText());
        response.GetProperty("code").GetString().ShouldBe(code);
        return response;
    }
}
