using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>The shape of contents: what each channel may say, and what is wrong with it, by pointer.</summary>
public sealed class ContentsTests
{
    [Theory]
    [InlineData("""{}""", "/contents required")]
    [InlineData("""[]""", "/contents invalid_type")]
    [InlineData("""{"fax":{"en":{"text":"x"}}}""", "/contents/fax unknown_channel")]
    [InlineData("""{"sms":{}}""", "/contents/sms required")]
    [InlineData("""{"sms":{"en":{}}}""", "/contents/sms/en/text required")]
    [InlineData("""{"sms":{"en":{"text":"  "}}}""", "/contents/sms/en/text required")]
    [InlineData("""{"sms":{"en":{"text":5}}}""", "/contents/sms/en/text invalid_type")]
    [InlineData("""{"sms":{"en":{"text":"x","html":"y"}}}""", "/contents/sms/en/html unknown_field")]
    [InlineData("""{"sms":{"../../x":{"text":"x"}}}""", "/contents/sms/..~1..~1x locale_invalid")]
    [InlineData("""{"sms":{"english please":{"text":"x"}}}""", "/contents/sms/english please locale_invalid")]
    [InlineData("""{"sms":{"en":{"text":"x"},"EN":{"text":"y"}}}""", "/contents/sms/EN duplicate_field")]
    [InlineData("""{"email":{"en":{"subject":"s"}}}""", "/contents/email/en required")]
    [InlineData("""{"email":{"en":{"html":"h"}}}""", "/contents/email/en/subject required")]
    [InlineData("""{"push":{"en":{"title":"t","body":"b","data":{"k":5}}}}""", "/contents/push/en/data/k invalid_type")]
    [InlineData("""{"in_app":{"en":{"title":"t","body":"b","actions":[{}]}}}""", "/contents/in_app/en/actions/0/label required")]
    [InlineData("""{"whatsapp":{"en":{"templateName":"n"}}}""", "/contents/whatsapp/en/languageCode required")]
    [InlineData("""{"whatsapp":{"en":{"templateName":"n","languageCode":"en","components":{}}}}""", "/contents/whatsapp/en/components invalid_type")]
    [InlineData("""{"whatsapp":{"en":{"templateName":"n","languageCode":"en","text":"both"}}}""", "/contents/whatsapp/en/text unknown_field")]
    public void What_does_not_fit_the_channel_is_named_with_its_place(string contents, string expected)
    {
        var issue = TemplateOf.Issues(JsonNode.Parse(contents)!).ShouldHaveSingleItem();

        $"{issue.Pointer} {issue.Code}".ShouldBe(expected);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once() =>
        TemplateOf.Issues(JsonNode.Parse("""{"email":{"en":{"subject":"{{#if}}","html":"{{{x}}}","text":"{{"}},"sms":{"en":{}}}""")!)
            .Select(issue => issue.Pointer).Order().ShouldBe(["/contents/email/en/html", "/contents/email/en/subject", "/contents/email/en/text", "/contents/sms/en/text"]);

    [Fact]
    public void A_body_full_of_errors_does_not_come_back_in_full()
    {
        var data = new JsonObject();
        for (var i = 0; i < 500; i++)
            data[$"k{i}"] = 5;

        TemplateOf.Issues(new JsonObject { ["push"] = new JsonObject { ["en"] = new JsonObject { ["title"] = "t", ["body"] = "b", ["data"] = data } } }).Count.ShouldBe(50);
    }

    [Fact]
    public void A_channel_that_the_template_lacks_cannot_be_rendered() =>
        TemplateOf.Text("x").Render(ChannelKind.Sms, "{}").ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.NoContent);

    [Fact]
    public void A_text_message_of_1600_characters_is_rendered_and_a_longer_one_or_an_empty_one_is_not()
    {
        var template = TemplateOf.Contents(JsonNode.Parse("""{"sms":{"en":{"text":"{{v}}"}}}""")!);

        TemplateOf.Rendered(template.Render(ChannelKind.Sms, Value(new string('x', 1_600)))).Text.ShouldNotBeNull().Length.ShouldBe(1_600);
        var tooLong = template.Render(ChannelKind.Sms, Value(new string('x', 1_601))).ShouldBeOfType<RenderOutcome.Failed>();
        tooLong.Code.ShouldBe(TemplateCodes.TextTooLong);
        tooLong.Message.ShouldContain("1601 (11 segments)");
        template.Render(ChannelKind.Sms, Value("  \n ")).ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.TextEmpty);
    }

    [Theory]
    [InlineData("x", 160, 1)]
    [InlineData("x", 161, 2)]
    [InlineData("x", 306, 2)]
    [InlineData("x", 307, 3)]
    [InlineData("x", 1_600, 11)]
    [InlineData("€", 80, 1)]
    [InlineData("€", 81, 2)]
    [InlineData("€", 152, 2)]
    [InlineData("€", 153, 3)]
    [InlineData("я", 70, 1)]
    [InlineData("я", 71, 2)]
    [InlineData("я", 134, 2)]
    [InlineData("я", 135, 3)]
    [InlineData("😀", 35, 1)]
    [InlineData("😀", 36, 2)]
    [InlineData("😀", 66, 2)]
    [InlineData("😀", 100, 4)]
    public void Segments_are_counted_as_phones_split_a_message(string character, int times, int segments) =>
        SmsSegments.Count(string.Concat(Enumerable.Repeat(character, times))).ShouldBe(segments);

    [Fact]
    public void Every_seed_template_is_well_formed_and_renders_in_every_channel_and_locale()
    {
        var seeds = TemplateSeed.Templates();
        const string Data = """{"orderId":"A-1","code":"123456","ticketId":"T-1","status":"open","title":"t","name":"n"}""";

        seeds.Select(seed => seed.Key).ShouldBe(["order-shipped", "otp", "ticket-updated", "welcome"]);
        foreach (var seed in seeds)
        {
            var (template, issues) = TemplateContentsCheck.Compile(JsonDocument.Parse(seed.Contents).RootElement, "");
            issues.ShouldBeEmpty(seed.Key);
            foreach (var channel in template.ShouldNotBeNull().Channels)
            {
                foreach (var locale in new[] { "en", "fr-CA" })
                {
                    var rendered = template.Render(channel, Data, locale).ShouldBeOfType<RenderOutcome.Rendered>($"{seed.Key} {channel}");
                    rendered.Locale.ShouldBe(locale[..2], $"{seed.Key} {channel}");
                }
            }
        }
    }

    private static string Value(string value) => JsonSerializer.Serialize(new { v = value });
}
