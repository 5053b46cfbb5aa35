using NotificationService.Channels;

namespace NotificationService.UnitTests.Templates;

public sealed class RenderingTests
{
    [Theory]
    [InlineData("Order {{orderId}}", """{"orderId":"A-1"}""", "Order A-1")]
    [InlineData("{{a.b.c}}", """{"a":{"b":{"c":5}}}""", "5")]
    [InlineData("{{this.a}}{{./a}}", """{"a":"x"}""", "xx")]
    [InlineData("{{items.0.name}}", """{"items":[{"name":"n"}]}""", "n")]
    [InlineData("{{#each items}}{{@index}}{{name}}{{#unless @last}},{{/unless}}{{/each}}", """{"items":[{"name":"a"},{"name":"b"}]}""", "0a,1b")]
    [InlineData("{{#each items as |item i|}}{{i}}{{item.name}}{{../x}}{{/each}}", """{"items":[{"name":"a"}],"x":"!"}""", "0a!")]
    [InlineData("{{#each m}}{{@key}}={{this}};{{/each}}", """{"m":{"a":1,"b":2}}""", "a=1;b=2;")]
    [InlineData("{{#each items}}x{{else}}none{{/each}}", """{"items":[]}""", "none")]
    [InlineData("{{#with user}}{{name}}{{@root.x}}{{/with}}", """{"user":{"name":"n"},"x":1}""", "n1")]
    [InlineData("{{#if a}}1{{else if b}}2{{else}}3{{/if}}", """{"b":true}""", "2")]
    [InlineData("{{#if (eq s 'x')}}1{{else if (gt n 3)}}2{{else}}3{{/if}}", """{"s":"y","n":4}""", "2")]
    [InlineData("{{^if a}}no{{/if}}", "{}", "no")]
    [InlineData("{{#unless a}}no{{^}}yes{{/unless}}", """{"a":1}""", "yes")]
    [InlineData("a  {{~b~}}  c", """{"b":"-"}""", "a-c")]
    [InlineData("{{! hi }}{{!-- {{x}} --}}z", "{}", "z")]
    [InlineData("{{{a}}}{{&a}}", """{"a":"<b>"}""", "<b><b>")]
    [InlineData("{{n}} {{d}} {{big}} {{neg}}", """{"n":7,"d":19.90,"big":12345678901234567890,"neg":-0.5}""", "7 19.90 12345678901234567890 -0.5")]
    [InlineData("{{t}} {{f}} {{z}}|", """{"t":true,"f":false,"z":null}""", "true false |")]
    [InlineData("{{list}}|{{map}}", """{"list":[1,"a",[2]],"map":{"a":1}}""", "1,a,|")]
    [InlineData("{{recipient.name}} {{recipient.userId}}", "{}", "Ann u-1")]
    [InlineData("{{date}}{{lookup}}{{log}}{{upper}}{{each}}{{if}}{{with}}{{unless}}", """{"date":1,"lookup":2,"log":3,"upper":4,"each":5,"if":6,"with":7,"unless":8}""", "12345678")]
    public void A_template_prints_what_it_says(string template, string data, string expected) =>
        TemplateOf.RenderText(template, data).ShouldBe(expected);

    [Fact]
    public void A_block_on_a_line_of_its_own_leaves_no_empty_line() =>
        TemplateOf.RenderText("a\n{{#if x}}\nb\n{{/if}}\nc", """{"x":1}""").ShouldBe("a\nb\nc");

    [Theory]
    [InlineData("fr-CA", "fr-ca")]
    [InlineData("fr-BE", "fr")]
    [InlineData("fr_FR", "fr")]
    [InlineData("de", "en")]
    [InlineData(null, "en")]
    [InlineData("../../x", "en")]
    public void A_locale_falls_back_to_its_language_then_English(string? wanted, string used)
    {
        var template = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse(
            """{"sms":{"de-AT":{"text":"de-AT"},"fr-CA":{"text":"fr-ca"},"fr":{"text":"fr"},"en":{"text":"en"}}}""")!);

        TemplateOf.Rendered(template.Render(ChannelKind.Sms, "{}", wanted)).Text.ShouldBe(used);
    }
}
