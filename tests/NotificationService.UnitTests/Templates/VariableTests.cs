using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.UnitTests.Templates;

/// <summary>Which variables a template needs is read from the template, and all that lack are named at once.</summary>
public sealed class VariableTests
{
    [Theory]
    [InlineData("{{orderId}} {{user.name}} {{total}}", "{}", "orderId user.name total")]
    [InlineData("{{orderId}}", """{"orderId":null}""", "orderId")]
    [InlineData("{{orderId}}", """{"orderId":""}""", "")]
    [InlineData("{{orderId}}", """{"orderId":0}""", "")]
    [InlineData("{{user.name}}", """{"user":"text"}""", "user.name")]
    [InlineData("{{user.name}}", """{"user":{}}""", "user.name")]
    [InlineData("{{#if a}}{{b}}{{/if}}", """{"b":1}""", "")]
    [InlineData("{{#if a}}{{a}}{{/if}}", "{}", "")]
    [InlineData("{{#if user}}{{user.name}}{{/if}}", "{}", "")]
    [InlineData("{{#if user}}{{user.name}}{{/if}}", """{"user":{"x":1}}""", "user.name")]
    [InlineData("{{#each items}}{{name}}{{/each}}", "{}", "items")]
    [InlineData("{{#each items}}{{name}}{{/each}}", """{"items":[]}""", "")]
    [InlineData("{{#each items}}{{name}}{{/each}}", """{"items":[{"name":1},{}]}""", "items.name")]
    [InlineData("{{#each items}}{{../currency}}{{@index}}{{this}}{{/each}}", """{"items":[1]}""", "currency")]
    [InlineData("{{#each items}}x{{else}}none{{/each}}", "{}", "")]
    [InlineData("{{#each items as |item|}}{{item.name}}{{/each}}", """{"items":[{}]}""", "items.name")]
    [InlineData("{{#with user}}{{name}}{{@root.x}}{{/with}}", """{"user":{"name":1}}""", "x")]
    [InlineData("{{default nick name}}", """{"name":"n"}""", "")]
    [InlineData("{{default nick 'you'}}", "{}", "")]
    [InlineData("{{upper (lower deep.er)}}", "{}", "deep.er")]
    [InlineData("{{recipient.name}}{{recipient.unknown}}", "{}", "")]
    [InlineData("{{items.0.name}}", """{"items":[{"name":1}]}""", "")]
    [InlineData("{{items.1.name}}", """{"items":[{"name":1}]}""", "items.1.name")]
    [InlineData("{{a}} {{a}} {{#if x}}{{a}}{{/if}}", "{}", "a")]
    [InlineData("{{! {{a}} }}", "{}", "")]
    public void Everything_that_is_printed_without_asking_is_needed(string template, string data, string missing) =>
        TemplateOf.Missing(template, data).ShouldBe(missing.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void What_is_missing_is_that_of_the_channel_and_locale_that_will_be_sent()
    {
        var template = TemplateOf.Contents(System.Text.Json.Nodes.JsonNode.Parse(
            """{"email":{"en":{"subject":"{{s}}","html":"{{h}}","text":"{{t}}"},"fr":{"subject":"{{f}}","text":"x"}},"sms":{"en":{"text":"{{m}}"}}}""")!);
        var none = JsonDocument.Parse("{}").RootElement;

        template.MissingVariables(ChannelKind.Email, "en", none).Order().ShouldBe(["h", "s", "t"]);
        template.MissingVariables(ChannelKind.Email, "fr-CA", none).ShouldBe(["f"]);
        template.MissingVariables(ChannelKind.Sms, "fr", none).ShouldBe(["m"]);
        template.MissingVariables(ChannelKind.Push, "fr", none).ShouldBeEmpty();
        template.RequiredVariables(ChannelKind.Email, "en").Order().ShouldBe(["h", "s", "t"]);
    }

    [Fact]
    public void A_variable_that_is_asked_for_first_is_not_required() =>
        TemplateOf.Text("{{a}}{{#if b}}{{b}}{{c}}{{/if}}").RequiredVariables(ChannelKind.Email, null).ShouldContain("a");
}
