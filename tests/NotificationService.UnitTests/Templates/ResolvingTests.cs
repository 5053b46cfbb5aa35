using System.Diagnostics;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Language;

namespace NotificationService.UnitTests.Templates;

/// <summary>What becomes of a template that names partials and a layout, and what is refused, with its place.</summary>
public sealed class ResolvingTests
{
    [Fact]
    public void Partials_and_the_layout_are_put_where_they_are_named()
    {
        var contents = FragmentOf.Html("<p>{{> greeting}}</p>", "{{> subject}}!");

        var made = contents.Assembled(
            "card", FragmentOf.Layout("card", "<table>{{> @content}}</table>{{> footer}}"), FragmentOf.Partial("greeting", "Hello {{recipient.name}}"),
            FragmentOf.Partial("footer", "<i>{{> company}}</i>"), FragmentOf.Partial("company", "Acme"), FragmentOf.Partial("subject", "News"));

        made.Field("email/en/html").ShouldBe("<table><p>Hello {{recipient.name}}</p></table><i>Acme</i>");
        made.Field("email/en/subject").ShouldBe("News!");
        made.Used.Select(each => each.Key).ShouldBe(["card", "company", "footer", "greeting", "subject"]);
    }

    [Fact]
    public void Contents_that_name_none_stay_as_they_were_written_to_the_byte()
    {
        var contents = FragmentOf.Html("<p>{{!-- {{> none}} --}}{{default a '{{> none}}'}}</p>");

        contents.Assembled().Contents.ShouldBe(contents.ToJsonString());
    }

    [Fact]
    public void A_tilde_takes_the_white_space_around_a_partial_away() =>
        FragmentOf.Html("a  {{~> x~}}  b {{> x}} c").Assembled(null, FragmentOf.Partial("x", " x ")).Field("email/en/html").ShouldBe("a x b  x  c");

    [Fact]
    public void Each_channel_and_locale_takes_the_partial_of_its_own()
    {
        var partial = FragmentOf.Of(FragmentKind.Partial, "sign", JsonNode.Parse(
            """{"email":{"en":{"html":"<b>Acme</b>","text":"Acme"},"fr":{"html":"<b>Acmé</b>","text":"Acmé"}},"sms":{"en":{"text":"-A"}}}""")!);
        var contents = JsonNode.Parse(
            """{"email":{"en":{"subject":"{{> sign}}","html":"{{> sign}}"},"fr-CA":{"subject":"{{> sign}}","html":"{{> sign}}","text":"{{> sign}}"}},"sms":{"de":{"text":"{{> sign}}"}}}""")!;

        var made = contents.Assembled(null, partial);

        made.Field("email/en/subject").ShouldBe("Acme");
        made.Field("email/en/html").ShouldBe("<b>Acme</b>");
        made.Field("email/fr-CA/html").ShouldBe("<b>Acmé</b>");
        made.Field("email/fr-CA/text").ShouldBe("Acmé");
        made.Field("sms/de/text").ShouldBe("-A");
    }

    [Fact]
    public void A_layout_stands_around_html_and_text_and_not_around_a_subject_or_a_channel_that_it_lacks()
    {
        var contents = JsonNode.Parse("""{"email":{"en":{"subject":"s","html":"h","text":"t"}},"sms":{"en":{"text":"m"}}}""")!;

        var made = contents.Assembled("card", FragmentOf.Layout("card", "<{{> @content}}>", "[{{> @content}}]"));

        (made.Field("email/en/subject"), made.Field("email/en/html"), made.Field("email/en/text"), made.Field("sms/en/text")).ShouldBe(("s", "<h>", "[t]", "m"));
    }

    [Fact]
    public void A_partial_sees_the_values_of_the_place_where_it_stands()
    {
        var made = FragmentOf.Html("{{#each items}}{{> row}}{{/each}}").Assembled(null, FragmentOf.Partial("row", "<p>{{name}}</p>"));

        var template = made.Template.ShouldNotBeNull();
        TemplateOf.Rendered(template.Render(ChannelKind.Email, """{"items":[{"name":"a"},{"name":"<b>"}]}""")).Html.ShouldBe("<p>a</p><p>&lt;b&gt;</p>");
        template.RequiredVariables(ChannelKind.Email, null).ShouldBe(["items", "items.name"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("<script>{{> x}}</script>", "{{a}}", "in the partial x, 1:1")]
    [InlineData("<p style=\"{{> x}}\">", "color:{{a}}", "in the partial x, 1:7")]
    [InlineData("<p>\n{{> x}}{{b}}</p>", "<script>", "2:8:")]
    [InlineData("<a {{> x}}=\"{{b}}\">", "onclick", "1:13:")]
    public void Where_a_value_stands_is_looked_at_in_what_is_made_of_both(string html, string partial, string place)
    {
        var issue = FragmentOf.Html(html).Assembled(null, FragmentOf.Partial("x", partial)).Issues.ShouldHaveSingleItem();

        issue.ShouldSatisfyAllConditions(
            () => issue.Code.ShouldBe(TemplateCodes.UnsafePosition), () => issue.Pointer.ShouldBe("/contents/email/en/html"), () => issue.Message.ShouldStartWith(place));
    }

    [Theory]
    [InlineData("a {{> none}}", "partial_unknown", "1:3:")]
    [InlineData("a\n{{> wrong}}", "partial_unknown", "in the partial wrong, 1:2:")]
    [InlineData("{{> self}}", "partial_cycle", "in the partial other, 1:1:")]
    [InlineData("{{> @content}}", "content_slot", "1:1:")]
    [InlineData("{{> x}", "template_syntax", "1:6:")]
    [InlineData("{{> X}}", "template_syntax", "1:5:")]
    [InlineData("{{> only-sms}}", "partial_unknown", "1:1:")]
    public void What_does_not_fit_together_is_refused_with_its_place(string html, string code, string place)
    {
        var onlySms = FragmentOf.Of(FragmentKind.Partial, "only-sms", JsonNode.Parse("""{"sms":{"en":{"text":"x"}}}""")!);

        var issue = FragmentOf.Html(html).Assembled(
            null, FragmentOf.Partial("wrong", "x{{> none}}"), FragmentOf.Partial("self", "{{> other}}"), FragmentOf.Partial("other", "{{> self}}"), onlySms).Issues.ShouldHaveSingleItem();

        (issue.Code, issue.Pointer).ShouldBe((code, "/contents/email/en/html"));
        issue.Message.ShouldStartWith(place);
    }

    [Fact]
    public void Text_that_becomes_a_tag_only_beside_other_text_is_refused()
    {
        FragmentOf.Html("{{> brace}}{> x}}").Assembled(null, FragmentOf.Partial("brace", "{"), FragmentOf.Partial("x", "x")).Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.Syntax);
        FragmentOf.Html("{{> brace}}{{a}}}").Assembled(null, FragmentOf.Partial("brace", "{")).Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.Syntax);
        FragmentOf.Html("{{> slash}}{{a}}").Assembled(null, FragmentOf.Partial("slash", "\\")).Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.Syntax);
    }

    [Fact]
    public void A_layout_that_is_not_there_is_refused()
    {
        var issue = FragmentOf.Html("x").Assembled("none").Issues.ShouldHaveSingleItem();

        (issue.Code, issue.Pointer).ShouldBe(("layout_unknown", "/layout"));
    }

    [Fact]
    public void Eight_partials_stand_within_each_other_and_nine_do_not()
    {
        LoadedFragment[] chain = [FragmentOf.Partial("p1", "end"), .. Enumerable.Range(2, 8).Select(i => FragmentOf.Partial($"p{i}", $"{{{{> p{i - 1}}}}}"))];

        FragmentOf.Html("{{> p8}}").Assembled(null, chain).Field("email/en/html").ShouldBe("end");
        FragmentOf.Html("{{> p9}}").Assembled(null, chain).Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.TooComplex);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void What_doubles_at_each_level_ends_at_a_bound_in_bounded_time(string end)
    {
        var many = string.Concat(Enumerable.Repeat("{{> p1}}", 900));
        LoadedFragment[] fragments = [FragmentOf.Partial("p1", end), .. Enumerable.Range(2, 7).Select(i => FragmentOf.Partial($"p{i}", many.Replace("p1", $"p{i - 1}")))];
        var clock = Stopwatch.StartNew();

        var issue = FragmentOf.Html("{{> p8}}").Assembled(null, fragments).Issues.ShouldHaveSingleItem();

        issue.Code.ShouldBe(TemplateCodes.TooComplex);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void All_texts_together_have_the_bound_of_a_version()
    {
        var sixty = FragmentOf.Of(FragmentKind.Partial, "sixty", FragmentOf.HtmlOnly(new string('x', 60 * 1024)));
        var locales = new JsonObject();
        for (var i = 0; i < 9; i++)
            locales[$"a{(char)('a' + i)}"] = new JsonObject { ["subject"] = "s", ["html"] = "{{> sixty}}" };

        new JsonObject { ["email"] = locales }.Assembled(null, sixty).Issues.ShouldHaveSingleItem().Message.ShouldContain($"{TemplateLimits.VersionCharacters}");
    }
}
