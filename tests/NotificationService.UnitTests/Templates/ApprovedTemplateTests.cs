using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>WhatsApp content in the form of a template that WhatsApp approved: its shape, its parameters and what is checked before sending.</summary>
public sealed class ApprovedTemplateTests
{
    private const string Body = """{"type":"body","parameters":[{"type":"text","text":"{{a}}"}]}""";

    [Theory]
    [InlineData("[" + Body + "]")]
    [InlineData("[]")]
    [InlineData("""[{"type":"header","parameters":[{"type":"image","image":{"link":"https://example.com/{{file}}.png"}}]}]""")]
    [InlineData("""[{"type":"header","parameters":[{"type":"document","document":{"id":"123","filename":"{{file}}.pdf"}}]}]""")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"{{a}}"}]}]""")]
    [InlineData("""[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"{{a}}","code":"EUR","amount_1000":12500}}]}]""")]
    [InlineData("""[{"type":"body","parameters":[{"type":"date_time","date_time":{"fallback_value":"{{a}}"}}]}]""")]
    [InlineData("""[{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"{{a}}"}]},{"type":"button","sub_type":"quick_reply","index":1,"parameters":[{"type":"payload","payload":"{{a}}"}]}]""")]
    public void Every_shape_that_the_cloud_api_knows_is_taken(string components) => Issues(Content(components)).ShouldBeEmpty();

    [Theory]
    [InlineData("""["x"]""", "/0 invalid_type")]
    [InlineData("""[{}]""", "/0/type required")]
    [InlineData("""[{"type":"footer","parameters":[{"type":"text","text":"x"}]}]""", "/0/type choice_invalid")]
    [InlineData("""[{"type":"body"}]""", "/0/parameters required")]
    [InlineData("""[{"type":"body","parameters":[]}]""", "/0/parameters count_invalid")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text"}]}]""", "/0/parameters/0/text required")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text","text":""}]}]""", "/0/parameters/0/text invalid_type")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text","text":"x","bold":true}]}]""", "/0/parameters/0/bold unknown_field")]
    [InlineData("""[{"type":"body","parameters":[{"type":"image","image":{"link":"https://example.com/x.png"}}]}]""", "/0/parameters/0/type choice_invalid")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text","parameter_name":"{{x}}","text":"x"}]}]""", "/0/parameters/0/parameter_name name_invalid")]
    [InlineData("""[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"x","code":"euro","amount_1000":1}}]}]""", "/0/parameters/0/currency/code currency_invalid")]
    [InlineData("""[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"x","code":"EUR","amount_1000":1.5}}]}]""", "/0/parameters/0/currency/amount_1000 invalid_type")]
    [InlineData("""[{"type":"button","sub_type":"url","parameters":[{"type":"text","text":"x"}]}]""", "/0/index required")]
    [InlineData("""[{"type":"button","sub_type":"phone","index":"0","parameters":[{"type":"text","text":"x"}]}]""", "/0/sub_type choice_invalid")]
    [InlineData("""[{"type":"button","sub_type":"url","index":"12","parameters":[{"type":"text","text":"x"}]}]""", "/0/index invalid_type")]
    [InlineData("""[{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"text","text":"x"}]}]""", "/0/parameters/0/type choice_invalid")]
    [InlineData("""[{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"payload","payload":"x"}]}]""", "/0/parameters/0/type choice_invalid")]
    [InlineData("[" + Body + "," + Body + "]", "/1 duplicate_field")]
    [InlineData("""[{"type":"body","parameters":[{"type":"text","text":"{{#if}}"}]}]""", "/0/parameters/0/text template_syntax")]
    public void What_whatsapp_would_refuse_is_refused_when_the_template_is_saved(string components, string expected) =>
        Issues(Content(components)).Select(issue => $"{issue.Pointer["/contents/whatsapp/en/components".Length..]} {issue.Code}").ShouldBe([expected]);

    [Theory]
    [InlineData("Order-Shipped", "en", "templateName name_invalid")]
    [InlineData("{{name}}", "en", "templateName name_invalid")]
    [InlineData("order_shipped\n", "en", "templateName name_invalid")]
    [InlineData("HX123", "en", "templateName name_invalid")]
    [InlineData("order_shipped", "english", "languageCode language_invalid")]
    [InlineData("order_shipped", "en-US", "languageCode language_invalid")]
    public void A_name_or_language_that_cannot_be_one_is_named(string name, string language, string expected) =>
        Issues(Content("[]", name, language)).Select(issue => $"{issue.Pointer["/contents/whatsapp/en/".Length..]} {issue.Code}").ShouldBe([expected]);

    [Theory]
    [InlineData("order_shipped_2", "en_US")]
    [InlineData("HX0123456789abcdef0123456789ABCDEF", "fil")]
    public void Metas_names_and_twilios_content_sids_are_taken(string name, string language) => Issues(Content("[]", name, language)).ShouldBeEmpty();

    [Fact]
    public void A_hundred_components_are_not_read() =>
        Issues(Content($"[{string.Join(',', Enumerable.Repeat(Body, 100))}]")).ShouldContain(issue => issue.Code == TemplateCodes.TooComplex);

    [Theory]
    [InlineData("line one\nline two", "line one line two")]
    [InlineData("a\r\n\r\nb\tc", "a b c")]
    [InlineData("wide          gap", "wide    gap")]
    [InlineData("four    stay", "four    stay")]
    public void A_value_is_put_on_one_line_with_few_spaces_as_whatsapp_demands(string value, string expected)
    {
        var rendered = Render("[" + Body + "]", new { a = value }).ShouldBeOfType<RenderOutcome.Rendered>().Content;

        Parameter(rendered).GetProperty("text").GetString().ShouldBe(expected);
    }

    [Fact]
    public void An_amount_may_be_a_variable_and_is_written_as_a_number()
    {
        const string Components = """[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"x","code":"EUR","amount_1000":"{{a}}"}}]}]""";

        Parameter(Render(Components, new { a = 12500 }).ShouldBeOfType<RenderOutcome.Rendered>().Content)
            .GetProperty("currency").GetProperty("amount_1000").GetInt64().ShouldBe(12500);
        Render(Components, new { a = "much" }).ShouldBeOfType<RenderOutcome.Failed>().Message.ShouldContain("components/0/parameters/0/currency/amount_1000");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    public void An_empty_parameter_is_said_before_sending(string value) =>
        Render("[" + Body + "]", new { a = value }).ShouldBeOfType<RenderOutcome.Failed>().ShouldSatisfyAllConditions(
            failed => failed.Code.ShouldBe(TemplateCodes.TextEmpty), failed => failed.Message.ShouldContain("components/0/parameters/0/text"));

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("/relative.png")]
    public void A_picture_that_whatsapp_could_not_fetch_is_said_before_sending(string link) =>
        Render("""[{"type":"header","parameters":[{"type":"image","image":{"link":"{{a}}"}}]}]""", new { a = link }).ShouldBeOfType<RenderOutcome.Failed>();

    [Fact]
    public void The_variables_of_its_parameters_are_required_like_any_other()
    {
        var template = TemplateOf.Contents(Content("""[{"type":"body","parameters":[{"type":"text","text":"{{a}} {{b.c}}"}]}]"""));

        template.RequiredVariables(ChannelKind.WhatsApp, null).ShouldBe(["a", "b.c"]);
        template.Missing(ChannelKind.WhatsApp, null, """{"a":"x"}""").ShouldBe(["b.c"]);
    }

    [Fact]
    public void A_session_text_may_have_4096_characters()
    {
        var template = TemplateOf.Contents(JsonNode.Parse("""{"whatsapp":{"en":{"text":"{{a}}"}}}""")!);

        template.Render(ChannelKind.WhatsApp, JsonSerializer.Serialize(new { a = new string('x', 4_096) })).ShouldBeOfType<RenderOutcome.Rendered>();
        template.Render(ChannelKind.WhatsApp, JsonSerializer.Serialize(new { a = new string('x', 4_097) })).ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.TextTooLong);
    }

    [Fact]
    public void The_values_of_the_body_are_numbered_or_named()
    {
        var template = new WhatsAppTemplate("n", "en", """
            [{"type":"header","parameters":[{"type":"text","text":"not this"}]},
             {"type":"body","parameters":[{"type":"text","text":"Ann"},{"type":"currency","currency":{"fallback_value":"€ 12.50","code":"EUR","amount_1000":12500}},
                                          {"type":"text","parameter_name":"order","text":"A-1"}]}]
            """);

        template.BodyVariables().ShouldBe([new("1", "Ann"), new("2", "€ 12.50"), new("order", "A-1")]);
        new WhatsAppTemplate("n", "en", WhatsAppTemplate.NoComponents).BodyVariables().ShouldBeEmpty();
    }

    private static JsonElement Parameter(RenderedContent content) =>
        JsonElement.Parse(content.Approved.ShouldNotBeNull().Components)[0].GetProperty("parameters")[0];

    private static RenderOutcome Render(string components, object data) =>
        TemplateOf.Contents(Content(components)).Render(ChannelKind.WhatsApp, JsonSerializer.Serialize(data));

    private static IReadOnlyList<TemplateIssue> Issues(JsonNode content) => TemplateOf.Issues(content);

    private static JsonObject Content(string components, string name = "order_shipped", string language = "en") => new JsonObject
    {
        ["whatsapp"] = new JsonObject
        {
            ["en"] = new JsonObject { ["templateName"] = name, ["languageCode"] = language, ["components"] = JsonNode.Parse(components) },
        },
    };
}
