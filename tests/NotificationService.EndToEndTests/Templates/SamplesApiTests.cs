using System.Net;
using System.Text.Json;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>Golden samples: data with which a template is rendered before it is published.</summary>
public sealed class SamplesApiTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    private const string Root = TemplateEditor.Root;
    private const string Usual = """[{"name":"usual","data":{"who":"Ann"}},{"name":"french","data":{"who":"Zoé"},"locale":"fr"}]""";

    [Fact]
    public async Task A_publication_shows_what_would_change_beside_the_published_version()
    {
        var key = await CreateAsync("Hello {{who}}", Usual);
        var first = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish");
        first.GetProperty("samples").GetArrayLength().ShouldBe(2);
        first.GetProperty("sampleResults")[0].GetProperty("changes").GetArrayLength().ShouldBe(0);

        await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", Contents("Good day {{who}}"));
        var dry = await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}/samples");
        var published = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish", """{"version":2}""");

        dry.GetProperty("version").GetInt32().ShouldBe(2);
        dry.GetProperty("publishedVersion").GetInt32().ShouldBe(1);
        var change = dry.GetProperty("samples")[1].GetProperty("changes")[0];
        change.GetProperty("channel").GetString().ShouldBe("sms");
        change.GetProperty("lines").EnumerateArray().Select(line => line.GetString()).ShouldBe(["-Hello Zoé", "+Good day Zoé"]);
        published.GetProperty("sampleResults").GetRawText().ShouldBe(dry.GetProperty("samples").GetRawText());
    }

    [Theory]
    [InlineData("Hello {{whom}}", """{"samples":[{"name":"usual","data":{"who":"Ann"}}]}""", "whom")]
    [InlineData("{{#each l}}x{{/each}}", """{"samples":[{"name":"usual","data":{"l":[LIST]}}]}""", "each may go over")]
    [InlineData("Hello {{who}}", """{"samples":[{"name":"usual","data":{"who":3}}],"variables":{"schema":{"properties":{"who":{"type":"string"}}}}}""", "who must be a text")]
    public async Task A_failing_sample_refuses_the_publication_unless_somebody_insists(string text, string edit, string because)
    {
        var key = await CreateAsync(text, "[]");
        await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", edit.Replace("LIST", string.Join(',', Enumerable.Repeat("1", 1_001)), StringComparison.Ordinal));

        var (status, response) = await editor.CallAsync(HttpMethod.Post, $"{Root}/{key}/publish");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var error = response.GetProperty("errors")[0];
        error.GetProperty("code").GetString().ShouldBe("sample_failed");
        error.GetProperty("pointer").GetString().ShouldBe("/samples/0");
        error.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(because);
        error.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("'usual'");
        (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}")).TryGetProperty("publishedVersion", out _).ShouldBeFalse();
        var forced = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish", """{"force":true}""");
        forced.GetProperty("publishedVersion").GetInt32().ShouldBe(1);
        forced.GetProperty("sampleResults")[0].GetProperty("problems").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Samples_are_bounded_in_number_name_and_size()
    {
        await RefusedAsync($"[{string.Join(',', Enumerable.Range(0, 21).Select(i => $$"""{"name":"n{{i}}"}"""))}]", "/samples");
        await RefusedAsync("""[{"name":""}]""", "/samples/0/name");
        await RefusedAsync("""[{"name":"a"},{"name":"a"}]""", "/samples/1/name");
        await RefusedAsync("""[{"name":"a","locale":"../x"}]""", "/samples/0/locale");
        await RefusedAsync($$$"""[{"name":"a","data":{"x":"{{{new string('x', 33_000)}}}"}}]""", "/samples/0/data");
        await RefusedAsync("""[{"name":"a","data":[]}]""", "/samples/0/data");

        async Task RefusedAsync(string samples, string pointer)
        {
            var (status, response) = await editor.CallAsync(HttpMethod.Post, Root, Body(editor.NewKey(), "x", samples));
            status.ShouldBe(HttpStatusCode.UnprocessableEntity, response.GetRawText());
            response.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
        }
    }

    [Fact]
    public async Task Samples_stay_until_others_are_given_and_an_empty_list_takes_them_away()
    {
        var key = await CreateAsync("Hello {{who}}", Usual);

        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", Contents("Hi {{who}}"))).GetProperty("samples").GetArrayLength().ShouldBe(2);
        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"samples":[{"name":"one"}]}""")).GetProperty("samples")[0].GetProperty("name").GetString().ShouldBe("one");
        (await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"samples":[]}""")).TryGetProperty("samples", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_tenants_samples_are_not_found()
    {
        var key = await CreateAsync("Hello", Usual);

        (await editor.CallAsync(HttpMethod.Get, $"{Root}/{key}/samples", token: await editor.StrangerAsync())).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_preview_of_all_locales_shows_each_with_its_warnings_and_names_those_that_fail()
    {
        var key = editor.NewKey();
        var body = JsonSerializer.Serialize(new
        {
            key,
            name = "n",
            contents = new
            {
                sms = new { en = new { text = "Hello {{who}}" }, pl = new { text = "Cześć {{who}}" }, de = new { text = "{{#if x}}never{{/if}}" } },
                email = new { en = new { subject = "s", html = "<img src='/a.png'>{{date at 'long'}}" }, fr = new { subject = "s", html = "<p>{{date at 'long'}}</p>", text = "t" } },
            },
        });
        await editor.DoneAsync(HttpMethod.Post, Root, body, HttpStatusCode.Created);

        var all = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/preview", """{"locales":"all","data":{"who":"Ann","at":"2026-11-03T00:00:00Z"}}""");

        var locales = all.GetProperty("locales");
        locales.GetProperty("sms").GetProperty("en").GetProperty("content").TryGetProperty("warnings", out _).ShouldBeFalse();
        locales.GetProperty("sms").GetProperty("pl").GetProperty("content").GetProperty("smsEncoding").GetString().ShouldBe("ucs2");
        locales.GetProperty("sms").GetProperty("pl").GetProperty("content").GetProperty("warnings")[0].GetProperty("code").GetString().ShouldBe("sms_encoding");
        locales.GetProperty("sms").GetProperty("de").GetProperty("code").GetString().ShouldBe("text_empty");
        Codes(locales.GetProperty("email").GetProperty("en")).ShouldBe(["plain_text_missing", "alt_missing", "link_relative"]);
        locales.GetProperty("email").GetProperty("fr").GetProperty("content").GetProperty("html").GetString().ShouldBe("<p>3 novembre 2026</p>");
        all.GetProperty("channels").GetProperty("sms").GetProperty("locale").GetString().ShouldBe("en");
        (await editor.CallAsync(HttpMethod.Post, $"{Root}/{key}/preview", """{"locales":"some"}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        static IEnumerable<string?> Codes(JsonElement locale) => locale.GetProperty("content").GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_preview_of_many_dear_locales_is_cut_short()
    {
        var key = editor.NewKey();
        var locales = string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"en-X{i:D2}\":{{\"text\":\"{{{{#each l}}}}{{{{#each ../l}}}}{{{{#if (eq this 'x')}}}}{{{{/if}}}}{{{{/each}}}}{{{{/each}}}}x\"}}"));
        await editor.DoneAsync(HttpMethod.Post, Root, $"{{\"key\":\"{key}\",\"name\":\"n\",\"contents\":{{\"sms\":{{{locales}}}}}}}", HttpStatusCode.Created);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();

        var all = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/preview", $"{{\"locales\":\"all\",\"data\":{{\"l\":[{string.Join(',', Enumerable.Repeat("1", 1_000))}]}}}}");

        all.GetProperty("locales").GetProperty("sms").EnumerateObject().Count(locale => locale.Value.TryGetProperty("code", out var code) && code.GetString() == "render_limit").ShouldBeGreaterThan(30);
        System.Diagnostics.Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    private async Task<string> CreateAsync(string text, string samples)
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root, Body(key, text, samples), HttpStatusCode.Created);
        return key;
    }

    private static string Body(string key, string text, string samples) => $"{{\"key\":\"{key}\",\"name\":\"n\",\"contents\":{{\"sms\":{{\"en\":{{\"text\":{JsonSerializer.Serialize(text)}}}}}}},\"samples\":{samples}}}";

    private static string Contents(string text) => JsonSerializer.Serialize(new { contents = new { sms = new { en = new { text } } } });
}
