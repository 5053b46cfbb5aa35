using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>Values are escaped in HTML and nowhere else, and begin no header, no link that runs something and no second template.</summary>
public sealed class EscapingTests
{
    private const string Hostile = "<script>alert(1)</script> \"x\" 'y' `z` a=b & </style>";

    [Fact]
    public void A_value_is_escaped_in_html_and_nowhere_else()
    {
        var data = JsonSerializer.Serialize(new { v = Hostile });
        var email = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"email":{"en":{"subject":"{{v}}","html":"<p>{{v}}</p>","text":"{{v}}"}}}""")!);
        var push = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"push":{"en":{"title":"{{v}}","body":"{{v}}","data":{"k":"{{v}}"}}}}""")!);
        var inApp = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"in_app":{"en":{"title":"{{v}}","body":"{{v}}","actions":[{"label":"{{v}}"}]}}}""")!);

        var mail = TemplateOf.Rendered(email.Render(ChannelKind.Email, data));
        mail.Html.ShouldBe("<p>&lt;script&gt;alert(1)&lt;/script&gt; &quot;x&quot; &#x27;y&#x27; &#x60;z&#x60; a&#x3D;b &amp; &lt;/style&gt;</p>");
        (mail.Subject, mail.Text).ShouldBe((Hostile, Hostile));
        var pushed = TemplateOf.Rendered(push.Render(ChannelKind.Push, data));
        (pushed.Title, pushed.Body, pushed.Data["k"]).ShouldBe((Hostile, Hostile, Hostile));
        var item = TemplateOf.Rendered(inApp.Render(ChannelKind.InApp, data));
        (item.Title, item.Body).ShouldBe((Hostile, Hostile));
        JsonDocument.Parse(item.Data["actions"]).RootElement[0].GetProperty("label").GetString().ShouldBe(Hostile);
    }

    [Fact]
    public void A_functions_result_is_escaped_like_any_value() =>
        TemplateOf.RenderHtml("{{upper v}}{{join l '<'}}{{default none '<i>'}}", """{"v":"<b>","l":["a","<"]}""").ShouldBe("&lt;B&gt;a&lt;&lt;&lt;i&gt;");

    [Fact]
    public void A_value_that_looks_like_a_template_is_printed_literally()
    {
        TemplateOf.RenderText("{{v}}", """{"v":"{{recipient.email}}"}""").ShouldBe("{{recipient.email}}");
        TemplateOf.RenderHtml("{{v}}", """{"v":"{{{recipient.email}}}"}""").ShouldBe("{{{recipient.email}}}");
    }

    [Theory]
    [InlineData("Hello\r\nBcc: x@y.z", "Re: Hello Bcc: x@y.z")]
    [InlineData("a\nb", "Re: a b")]
    [InlineData("a\tb\0c\u001bd\u0085e\u2028f", "Re: a b c d e f")]
    [InlineData("\r\n", "Re:")]
    public void No_value_begins_a_new_line_in_a_subject_or_title(string value, string expected)
    {
        var data = JsonSerializer.Serialize(new { v = value });

        TemplateOf.RenderSubject("Re: {{v}}", data).Trim().ShouldBe(expected);
        var push = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"push":{"en":{"title":"Re: {{v}}","body":"b"}}}""")!);
        TemplateOf.Rendered(push.Render(ChannelKind.Push, data)).Title.ShouldNotBeNull().Trim().ShouldBe(expected);
    }

    [Fact]
    public void A_subject_that_is_written_over_two_lines_is_put_on_one() =>
        TemplateOf.RenderSubject("Hello\r\nBcc: x@y.z", "{}").ShouldBe("Hello Bcc: x@y.z");

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData(" java\tscript:alert(1)")]
    [InlineData("\u0001javascript:alert(1)")]
    [InlineData("vbscript:x")]
    [InlineData("data:text/html,<script>")]
    [InlineData("file:///etc/passwd")]
    public void A_value_cannot_make_a_link_that_runs_something(string address)
    {
        var data = JsonSerializer.Serialize(new { v = address });

        TemplateOf.RenderHtml("<a href=\"{{v}}\">x</a>", data).ShouldStartWith("<a href=\"unsafe:");
        TemplateOf.RenderHtml("<a href={{v}}>x</a>", data).ShouldMatch("^<a href= ?unsafe:");
        TemplateOf.RenderHtml("<img src='{{v}}'>", data).ShouldStartWith("<img src='unsafe:");
        var inApp = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"in_app":{"en":{"title":"t","body":"b","actionUrl":"{{v}}"}}}""")!);
        TemplateOf.Rendered(inApp.Render(ChannelKind.InApp, data)).ActionUrl.ShouldBeNull();
        var actions = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse("""{"in_app":{"en":{"title":"t","body":"b","actions":[{"label":"Go","url":"{{v}}"},{"label":"Home","url":"/home"}]}}}""")!);
        var rendered = JsonDocument.Parse(TemplateOf.Rendered(actions.Render(ChannelKind.InApp, data)).Data["actions"]).RootElement;
        (rendered[0].GetProperty("url").GetString(), rendered[1].GetProperty("url").GetString()).ShouldBe(("", "/home"));
    }

    [Fact]
    public void A_scheme_put_together_of_a_literal_and_a_value_is_noticed() =>
        TemplateOf.RenderHtml("<a href=\"java{{v}}\">x</a>", """{"v":"script:alert(1)"}""").ShouldStartWith("<a href=\"unsafe:javascript:");

    [Theory]
    [InlineData("https://example.com/?a=1&b=javascript:", "https://example.com/?a&#x3D;1&amp;b&#x3D;javascript:")]
    [InlineData("mailto:ann@example.com", "mailto:ann@example.com")]
    [InlineData("tel:+14155550100", "tel:+14155550100")]
    [InlineData("/orders/1", "/orders/1")]
    public void An_ordinary_link_stays_as_it_is(string address, string written) =>
        TemplateOf.RenderHtml("<a href=\"{{v}}\">x</a>", JsonSerializer.Serialize(new { v = address })).ShouldBe($"<a href=\"{written}\">x</a>");

    [Theory]
    [InlineData("<a onclick=\"go('{{v}}')\">")]
    [InlineData("<a title='x' ONMOUSEOVER = '{{v}}'>")]
    [InlineData("<script>var x = '{{v}}';</script>")]
    [InlineData("<script>{{#if a}}{{v}}{{/if}}</script>")]
    [InlineData("<style>p { color: {{v}} }</style>")]
    [InlineData("<STYLE media='x'>{{#each l}}{{v}}{{/each}}</STYLE>")]
    [InlineData("<p style=\"color:{{v}}\">")]
    [InlineData("<p class=x STYLE = 'a:1;color:{{upper v}}'>")]
    [InlineData("<p style={{v}}>")]
    [InlineData("<p style=\"content:'<'; color:{{v}}\">")]
    [InlineData("<p style=\"{{#if a}}color:red{{else}}color:{{v}}{{/if}}\">")]
    [InlineData("{{#if a}}<p style=\"{{else}}<p>{{/if}}{{v}}")]
    [InlineData("<p {{#if a}}style=\"{{else}}title=\"{{/if}}{{v}}\">")]
    [InlineData("<!--[if mso]><p style=\"{{v}}\"><![endif]-->")]
    [InlineData("<!--><p style=\"{{v}}\">-->")]
    [InlineData("<p {{v}}=\"{{v}}\">")]
    [InlineData("<p sty{{v}}=\"color:red\">")]
    [InlineData("<{{v}}>alert(1)")]
    [InlineData("<iframe srcdoc=\"{{v}}\">")]
    public void A_value_is_refused_where_escaping_protects_nobody(string html) =>
        TemplateOf.HtmlIssue(html).Code.ShouldBe(TemplateCodes.UnsafePosition);

    [Fact]
    public void A_value_may_stand_after_a_script_or_style_and_in_any_other_attribute() =>
        TemplateOf.RenderHtml("<style>p{}</style><script>1</script><a onclick=\"go()\" title=\"{{v}}\">{{v}}</a>", """{"v":"x"}""")
            .ShouldBe("<style>p{}</style><script>1</script><a onclick=\"go()\" title=\"x\">x</a>");

    [Fact]
    public void A_long_style_does_not_hide_where_a_value_stands()
    {
        var issue = TemplateOf.HtmlIssue($"<p>\n<b style=\"{new string('x', 5_000)};color:{{{{v}}}}\">");

        issue.Code.ShouldBe(TemplateCodes.UnsafePosition);
        issue.Message.ShouldStartWith("2:5018: a value cannot stand inside a style attribute; choose between styles with #if");
    }

    [Theory]
    [InlineData("<p style=\"color:{{#if v}}red{{else}}blue{{/if}}\">{{v}}</p>")]
    [InlineData("<p style=\"{{#if v}}color:red\">{{else}}\">{{/if}}{{v}}")]
    [InlineData("<p style=color:red>{{v}}<br style='a' title={{v}}/>{{v}}")]
    [InlineData("<!-- style=\"{{v}} -->{{v}}<!DOCTYPE html><style><!-- p > a {} --></style>{{v}}")]
    [InlineData("a < b, style=\"{{v}}\" <p data-style='{{v}}' mystyle=\"{{v}}\">")]
    [InlineData("<p{{#if v}} hidden{{/if}}>{{v}}")]
    public void Styles_may_be_chosen_and_values_stand_anywhere_else(string html) =>
        TemplateOf.RenderHtml(html, """{"v":"x"}""").ShouldContain("x");

    [Fact]
    public void The_seed_templates_put_no_value_where_it_could_be_style() =>
        TemplateSeed.Templates().ShouldAllBe(template => TemplateOf.Issues(System.Text.Json.Nodes.JsonNode.Parse(template.Contents)!).Count == 0);

    [Fact]
    public void A_value_never_becomes_structure_of_json_components()
    {
        var template = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse(
            """{"whatsapp":{"en":{"templateName":"order","languageCode":"en","components":[{"type":"body","parameters":[{"type":"text","text":"{{v}}"}]}]}}}""")!);

        var rendered = TemplateOf.Rendered(template.Render(ChannelKind.WhatsApp, """{"v":"\"},{\"type\":\"x"}"""));

        var approved = rendered.Approved.ShouldNotBeNull();
        var components = JsonDocument.Parse(approved.Components).RootElement;
        components.GetArrayLength().ShouldBe(1);
        components[0].GetProperty("parameters")[0].GetProperty("text").GetString().ShouldBe("\"},{\"type\":\"x");
        (approved.Name, approved.Language).ShouldBe(("order", "en"));
    }
}
