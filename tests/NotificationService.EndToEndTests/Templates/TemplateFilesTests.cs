using System.Net;
using System.Text.Json;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>Layouts and partials on their way through the API: into versions, into history, into files and back.</summary>
public sealed class TemplateFilesTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    private const string Root = TemplateEditor.Root;

    [Fact]
    public async Task A_file_goes_from_one_tenant_to_another_and_changes_nothing_the_second_time()
    {
        var (template, partial, layout) = (editor.NewKey(), editor.NewKey(), editor.NewKey());
        await editor.DoneAsync(HttpMethod.Post, "/api/v1/admin/partials", Fragment(partial, "<i>Acme</i>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, "/api/v1/admin/layouts", Fragment(layout, $"<div>{{{{> @content}}}}{{{{> {partial}}}}}</div>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, Root, Template(template, layout, "<p>Hello</p>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, $"{Root}/{template}/publish");
        var file = (await editor.DoneAsync(HttpMethod.Get, $"{Root}/export")).GetRawText();
        (await editor.DoneAsync(HttpMethod.Get, $"{Root}/export")).GetRawText().ShouldBe(file);
        var stranger = await editor.StrangerAsync();

        var dry = await ImportAsync("?publish=true&dryRun=true", file, stranger);
        dry.ShouldContain((template, "created"));
        (await editor.CallAsync(HttpMethod.Get, $"{Root}/{template}", null, stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await ImportAsync("?publish=true", file, stranger)).ShouldBe(dry);
        (await ImportAsync("?publish=true", file, stranger)).ShouldAllBe(item => item.Status == "unchanged");

        var (_, arrived) = await editor.CallAsync(HttpMethod.Get, $"{Root}/{template}", null, stranger);
        (arrived.GetProperty("status").GetString(), arrived.GetProperty("layout").GetString(), arrived.GetProperty("version").GetInt32()).ShouldBe(("published", layout, 1));
        var (_, preview) = await editor.CallAsync(HttpMethod.Post, $"{Root}/{template}/preview", "{}", stranger);
        preview.GetProperty("channels").GetProperty("email").GetProperty("html").GetString().ShouldBe("<div><p>Hello</p><i>Acme</i></div>");
    }

    [Theory]
    [InlineData("""{"format":2}""", "/format")]
    [InlineData("""{"format":1,"partials":[{"key":"A B","name":"x","contents":{}}]}""", "/partials/0/key")]
    [InlineData("""{"format":1,"layouts":[{"key":"a","name":"","contents":{}}]}""", "/layouts/0/name")]
    [InlineData("""{"format":1,"partials":[{"key":"a","name":"x","layout":"b","contents":{}}]}""", "/partials/0")]
    [InlineData("""{"format":1,"templates":[{"key":"a","name":"x","contents":{}},{"key":"a","name":"x","contents":{}}]}""", "/templates/1/key")]
    public async Task A_file_of_another_form_is_refused_as_a_whole(string file, string pointer)
    {
        var (status, body) = await editor.CallAsync(HttpMethod.Post, $"{Root}/import", file);

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
    }

    [Fact]
    public async Task What_is_wrong_with_an_item_stops_no_other_and_says_where()
    {
        var (good, bad) = (editor.NewKey(), editor.NewKey());
        var file = """
            {"format":1,
             "partials":[{"key":"BAD","name":"x","contents":{"sms":{"en":{"text":"{{> BAD}}"}}}},{"key":"shared.BAD","name":"x","contents":{"sms":{"en":{"text":"x"}}}}],
             "templates":[{"key":"BAD","name":"x","contents":{"sms":{"en":{"text":"{{#if}}"}}}},{"key":"GOOD","name":"x","contents":{"sms":{"en":{"text":"x"}}}}]}
            """.Replace("BAD", bad, StringComparison.Ordinal).Replace("GOOD", good, StringComparison.Ordinal);

        var body = await editor.DoneAsync(HttpMethod.Post, $"{Root}/import", file);

        body.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("status").GetString(), item.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("pointer").GetString() : null))
            .ShouldBe([("refused", "/partials/1/key"), ("refused", "/partials/0/contents"), ("refused", "/templates/0/contents/sms/en/text"), ("created", null)]);
    }

    [Fact]
    public async Task A_change_of_a_layout_is_seen_published_again_and_shown_as_a_difference()
    {
        var (template, layout) = (editor.NewKey(), editor.NewKey());
        var uses = $"/api/v1/admin/layouts/{layout}/usage";
        await editor.DoneAsync(HttpMethod.Post, "/api/v1/admin/layouts", Fragment(layout, "<div>{{> @content}}</div>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, Root, Template(template, layout, "<p>Hello</p>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, $"{Root}/{template}/publish", """{"note":"First"}""");
        (await editor.DoneAsync(HttpMethod.Get, uses)).GetProperty("items")[0].GetProperty("outdated").GetBoolean().ShouldBeFalse();

        await editor.DoneAsync(HttpMethod.Put, $"/api/v1/admin/layouts/{layout}", Fragment(layout, "<main>{{> @content}}</main>"));
        (await editor.DoneAsync(HttpMethod.Get, $"{uses}?outdated=true")).GetProperty("items")[0].GetProperty("template").GetString().ShouldBe(template);
        var again = await editor.DoneAsync(HttpMethod.Post, $"/api/v1/admin/layouts/{layout}/republish", """{"note":"A new frame"}""");

        again.GetProperty("items")[0].GetRawText().ShouldBe($$"""{"template":"{{template}}","status":"republished","version":2}""");
        again.GetProperty("remaining").GetInt32().ShouldBe(0);
        var versions = (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{template}/versions")).GetProperty("items").EnumerateArray().ToList();
        versions.Select(version => (version.GetProperty("note").GetString(), version.GetProperty("status").GetString())).ShouldBe([("A new frame", "published"), ("First", "superseded")]);
        versions[0].GetProperty("author").GetProperty("name").GetString().ShouldNotBeNullOrEmpty();
        (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{template}/versions/1/diff/2")).GetProperty("fields").GetArrayLength().ShouldBe(0);
        var lines = (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{template}/versions/1/diff/2?resolved=true")).GetProperty("fields")[0].GetProperty("lines");
        lines.EnumerateArray().Select(line => line.GetProperty("kind").GetString() + " " + line.GetProperty("text").GetString())
            .ShouldBe(["removed <div><p>Hello</p></div>", "added <main><p>Hello</p></main>"]);
        (await editor.CallAsync(HttpMethod.Get, $"{Root}/{template}/versions/1/diff/9")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await editor.CallAsync(HttpMethod.Get, uses, null, await editor.StrangerAsync())).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_template_in_a_layout_of_the_service_says_the_tenants_brand_in_a_preview_and_in_a_dry_run()
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Patch, "/api/v1/admin/tenant", """{"brand":{"name":"Acme & Co","color":"#0b6e4f"}}""");
        await editor.DoneAsync(HttpMethod.Post, Root, Template(key, "shared.banner", "<p>Hello</p>"), HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish");

        var preview = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/preview", """{"data":{"brand":{"color":"red"}}}""");
        var dryRun = await editor.DoneAsync(HttpMethod.Post, "/api/v1/services/notifications/send?dryRun=true", $$"""{"template":"{{key}}","channel":"email","recipient":{"email":"ann@example.com"},"data":{} }""");

        foreach (var html in new[] { preview.GetRawText(), dryRun.GetRawText() })
        {
            html.ShouldContain("background:#0b6e4f");
            html.ShouldContain("Acme &amp; Co");
        }
    }

    private async Task<IReadOnlyList<(string? Key, string? Status)>> ImportAsync(string query, string file, string token)
    {
        var (status, body) = await editor.CallAsync(HttpMethod.Post, $"{Root}/import{query}", file, token);
        status.ShouldBe(HttpStatusCode.OK);
        return [.. body.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("key").GetString(), item.GetProperty("status").GetString()))];
    }

    private static string Fragment(string key, string html) => JsonSerializer.Serialize(new { key, name = "A fragment", contents = new { email = new { en = new { html } } } });

    private static string Template(string key, string layout, string html) =>
        JsonSerializer.Serialize(new { key, name = "A template", layout, contents = new { email = new { en = new { subject = "Hello", html } } } });
}
