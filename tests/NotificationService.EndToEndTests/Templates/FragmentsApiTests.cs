using System.Net;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>Layouts and partials through their API, on a running service.</summary>
public sealed class FragmentsApiTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    private const string Layouts = "/api/v1/admin/layouts";
    private const string Partials = "/api/v1/admin/partials";

    [Fact]
    public async Task A_partial_is_made_read_changed_and_deleted()
    {
        var key = editor.NewKey();

        var created = await editor.DoneAsync(HttpMethod.Post, Partials, Partial(key, "<p>Acme</p>"), HttpStatusCode.Created);
        created.GetProperty("revision").GetInt32().ShouldBe(1);
        created.GetProperty("author").GetProperty("kind").GetString().ShouldBe("user");
        (await editor.DoneAsync(HttpMethod.Get, $"{Partials}/{key}")).GetRawText().ShouldBe(created.GetRawText());
        (await editor.DoneAsync(HttpMethod.Get, Partials)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()).ShouldContain(key);
        await RefusedAsync(HttpMethod.Post, Partials, Partial(key, "again"), HttpStatusCode.Conflict, "conflict");
        // A layout of the same key is something else.
        await RefusedAsync(HttpMethod.Get, $"{Layouts}/{key}", null, HttpStatusCode.NotFound, "not_found");

        var changed = await editor.DoneAsync(HttpMethod.Put, $"{Partials}/{key}", """{"name":"Address","contents":{"sms":{"en":{"text":"Acme"}}}}""");
        changed.GetProperty("revision").GetInt32().ShouldBe(2);
        changed.GetProperty("name").GetString().ShouldBe("Address");
        (await editor.CallAsync(HttpMethod.Delete, $"{Partials}/{key}")).Status.ShouldBe(HttpStatusCode.NoContent);
        await RefusedAsync(HttpMethod.Delete, $"{Partials}/{key}", null, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("""{"email":{"en":{"html":"<p>{{#if a}}open</p>"}}}""", "/contents/email/en/html", "template_syntax")]
    [InlineData("""{"email":{"en":{"html":"{{{a}}}"}}}""", "/contents/email/en/html", "raw_output_not_allowed")]
    [InlineData("""{"email":{"en":{"html":"{{> @content}}"}}}""", "/contents/email/en/html", "content_slot")]
    [InlineData("""{"email":{"en":{"text":"{{> ../../etc/passwd}}"}}}""", "/contents/email/en/text", "template_syntax")]
    [InlineData("""{"email":{"en":{"text":"{{> (lookup . 'x')}}"}}}""", "/contents/email/en/text", "template_syntax")]
    [InlineData("""{"email":{"en":{"text":"{{> other name=\"x\"}}"}}}""", "/contents/email/en/text", "template_syntax")]
    [InlineData("""{"email":{"en":{"text":"{{#> other}}x{{/other}}"}}}""", "/contents/email/en/text", "template_too_complex")]
    [InlineData("""{"email":{"en":{"text":"{{#*inline \"x\"}}x{{/inline}}"}}}""", "/contents/email/en/text", "template_too_complex")]
    [InlineData("""{"email":{"en":{"text":"{{> there-is-none}}"}}}""", "/contents", "partial_unknown")]
    [InlineData("""{"sms":{"en":{"html":"<p>x</p>"}}}""", "/contents/sms/en/html", "unknown_field")]
    [InlineData("""{"sms":{"en":{}}}""", "/contents/sms/en", "required")]
    [InlineData("""{"fax":{"en":{"text":"x"}}}""", "/contents/fax", "unknown_channel")]
    [InlineData("""{"sms":{"no locale":{"text":"x"}}}""", "/contents/sms/no locale", "locale_invalid")]
    public async Task What_no_template_could_be_made_with_is_refused_with_its_place(string contents, string pointer, string code)
    {
        var (status, body) = await editor.CallAsync(HttpMethod.Post, Partials, $$"""{"key":"{{editor.NewKey()}}","name":"x","contents":{{contents}}}""");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var error = body.GetProperty("errors")[0];
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("code").GetString().ShouldBe(code);
    }

    [Theory]
    [InlineData("<div></div>")]
    [InlineData("{{> @content}}{{> @content}}")]
    public async Task A_layout_says_once_where_the_templates_own_goes(string html)
    {
        var (status, body) = await editor.CallAsync(HttpMethod.Post, Layouts, Partial(editor.NewKey(), html));

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("content_slot");
        await editor.DoneAsync(HttpMethod.Post, Layouts, Partial(editor.NewKey(), "<div>{{> @content}}</div>"), HttpStatusCode.Created);
    }

    [Fact]
    public async Task Partials_that_would_stand_within_themselves_or_too_deep_are_refused_and_one_that_is_named_stays()
    {
        var keys = Enumerable.Range(0, 9).Select(_ => editor.NewKey()).ToArray();
        await editor.DoneAsync(HttpMethod.Post, Partials, Partial(keys[0], "the end"), HttpStatusCode.Created);
        for (var i = 1; i < 8; i++)
            await editor.DoneAsync(HttpMethod.Post, Partials, Partial(keys[i], $"{{{{> {keys[i - 1]}}}}}"), HttpStatusCode.Created);

        (await RefusedAsync(HttpMethod.Post, Partials, Partial(keys[8], $"{{{{> {keys[7]}}}}}"), HttpStatusCode.UnprocessableEntity, "validation_failed")).ShouldBe("template_too_complex");
        (await RefusedAsync(HttpMethod.Put, $"{Partials}/{keys[0]}", Partial(keys[0], $"{{{{> {keys[2]}}}}}"), HttpStatusCode.UnprocessableEntity, "validation_failed")).ShouldBe("partial_cycle");
        (await RefusedAsync(HttpMethod.Put, $"{Partials}/{keys[0]}", Partial(keys[0], $"{{{{> {keys[0]}}}}}"), HttpStatusCode.UnprocessableEntity, "validation_failed")).ShouldBe("partial_cycle");
        await RefusedAsync(HttpMethod.Delete, $"{Partials}/{keys[0]}", null, HttpStatusCode.Conflict, "in_use");
    }

    [Fact]
    public async Task Another_tenants_is_not_there()
    {
        var (key, stranger) = (editor.NewKey(), await editor.StrangerAsync());
        await editor.DoneAsync(HttpMethod.Post, Partials, Partial(key, "ours"), HttpStatusCode.Created);

        foreach (var (method, body) in new[] { (HttpMethod.Get, null), (HttpMethod.Put, """{"name":"x"}"""), (HttpMethod.Delete, (string?)null) })
        {
            var (status, theirs) = await editor.CallAsync(method, $"{Partials}/{key}", body, stranger);
            status.ShouldBe(HttpStatusCode.NotFound);
            theirs.GetProperty("code").GetString().ShouldBe("not_found");
        }

        var included = await editor.CallAsync(HttpMethod.Post, Partials, Partial(editor.NewKey(), $"{{{{> {key}}}}}"), stranger);
        included.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(key, "theirs"), stranger)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_every_tenants_is_written_by_platform_admins_and_read_by_all()
    {
        var (key, stranger, platform) = ($"shared.{editor.NewKey()}", await editor.StrangerAsync(), await editor.PlatformAdminAsync());

        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(key, "x"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(key, "x"), platform)).Status.ShouldBe(HttpStatusCode.Created);
        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(key, "x"), platform)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await editor.CallAsync(HttpMethod.Put, $"{Partials}/{key}", """{"name":"x"}""", stranger)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await editor.CallAsync(HttpMethod.Delete, $"{Partials}/{key}", null, stranger)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await editor.CallAsync(HttpMethod.Get, $"{Partials}/{key}", null, stranger)).Status.ShouldBe(HttpStatusCode.OK);
        (await editor.CallAsync(HttpMethod.Get, $"{Partials}?shared=true", null, stranger)).Body.GetRawText().ShouldContain(key);
        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(editor.NewKey(), $"{{{{> {key}}}}}"), stranger)).Status.ShouldBe(HttpStatusCode.Created);

        // What everybody has cannot be made with what one has.
        var own = editor.NewKey();
        (await editor.CallAsync(HttpMethod.Post, Partials, Partial(own, "x"), platform)).Status.ShouldBe(HttpStatusCode.Created);
        (await editor.CallAsync(HttpMethod.Put, $"{Partials}/{key}", Partial(key, $"{{{{> {own}}}}}"), platform)).Body.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("partial_unknown");
    }

    [Fact]
    public async Task The_six_layouts_of_the_service_are_there_for_every_tenant()
    {
        var stranger = await editor.StrangerAsync();

        var (_, list) = await editor.CallAsync(HttpMethod.Get, $"{Layouts}?shared=true", null, stranger);

        list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString())
            .ShouldBe(["shared.banner", "shared.card", "shared.digest", "shared.notice", "shared.plain", "shared.receipt"]);
        var template = JsonSerializer.Serialize(new { key = editor.NewKey(), name = "x", layout = "shared.card", contents = new { email = new { en = new { subject = "s", html = "<p>x</p>" } } } });
        (await editor.CallAsync(HttpMethod.Post, TemplateEditor.Root, template, stranger)).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static string Partial(string key, string html) => JsonSerializer.Serialize(new { key, name = "A partial", contents = new { email = new { en = new { html } } } });

    private async Task<string?> RefusedAsync(HttpMethod method, string path, string? body, HttpStatusCode status, string code)
    {
        var (actual, response) = await editor.CallAsync(method, path, body);
        actual.ShouldBe(status, path);
        response.GetProperty("code").GetString().ShouldBe(code);
        return response.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("code").GetString() : null;
    }
}
