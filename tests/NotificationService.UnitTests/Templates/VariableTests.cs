using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates;

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
        template.Missing(ChannelKind.Email, "en", "{}").Order().ShouldBe(["h", "s", "t"]);
        template.Missing(ChannelKind.Email, "fr-CA", "{}").ShouldBe(["f"]);
        template.Missing(ChannelKind.Sms, "fr", "{}").ShouldBe(["m"]);
        template.Missing(ChannelKind.Push, "fr", "{}").ShouldBeEmpty();
        template.RequiredVariables(ChannelKind.Email, "en").Order().ShouldBe(["h", "s", "t"]);
    }

    [Fact]
    public void A_variable_that_is_asked_for_first_is_not_required() =>
        TemplateOf.Text("{{a}}{{#if b}}{{b}}{{c}}{{/if}}").RequiredVariables(ChannelKind.Email, null).ShouldContain("a");

    [Fact]
    public void Looking_for_what_is_missing_stops_where_rendering_would()
    {
        var numbers = JsonSerializer.Serialize(new { l = Enumerable.Range(0, 1_000) });
        var nested = TemplateOf.Text($"{{{{#each l}}}}{{{{#each @root.l}}}}{Variables(300)}{{{{/each}}}}{{{{/each}}}}");
        var deep = JsonSerializer.Serialize(new { l = Enumerable.Repeat(new { m = Enumerable.Repeat(new { n = new int[20] }, 20) }, 1_000) });
        var levels = TemplateOf.Text("{{#each l}}{{#each m}}{{#each n}}{{x}}{{/each}}{{/each}}{{/each}}");

        nested.CheckVariables([ChannelKind.Email], null, Bytes(numbers)).ShouldBeOfType<VariableCheck.Done>().Missing.Count.ShouldBe(50);
        levels.CheckVariables([ChannelKind.Email], null, Bytes(deep.Replace("0", "{\"x\":1}", StringComparison.Ordinal))).ShouldBeOfType<VariableCheck.Stopped>().Code.ShouldBe(TemplateCodes.RenderLimit);
    }

    [Fact]
    public void Many_variables_of_many_items_go_over_the_list_once()
    {
        // One pass costs 1,001 of the 100,000 items that a render may go over; one for each variable would be 200,000.
        var item = Enumerable.Range(0, 200).ToDictionary(i => $"v{i}", i => i);
        var data = Bytes(JsonSerializer.Serialize(new { l = Enumerable.Repeat(item, 1_000) }));
        var template = TemplateOf.Text($"{{{{#each l}}}}{Variables(200)}{{{{/each}}}}");

        // There is a limit of time too, which a machine that stands still for a moment comes to; it does not do so each time.
        Enumerable.Range(0, 20).Select(_ => template.CheckVariables([ChannelKind.Email], null, data)).OfType<VariableCheck.Done>().First().Missing.ShouldBeEmpty();
    }

    [Fact]
    public void A_template_whose_paths_reach_deeper_than_data_can_takes_no_memory_for_it()
    {
        var opening = string.Concat(Enumerable.Range(0, 30).Select(i => $"{{{{#each {string.Join('.', Enumerable.Repeat("a", 16))}}}}}"));
        var template = $"{opening}{Variables(900)}{string.Concat(Enumerable.Repeat("{{/each}}", 30))}";
        var before = GC.GetAllocatedBytesForCurrentThread();

        TemplateOf.Missing(template, "{}").ShouldBe([string.Join('.', Enumerable.Repeat("a", 16))]);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16L * 1024 * 1024);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("[1]")]
    public void Data_that_cannot_be_read_is_said_to_be_so(string data) =>
        TemplateOf.Text("{{a}}").CheckVariables([ChannelKind.Email], null, Bytes(data)).ShouldBeOfType<VariableCheck.Stopped>().Code.ShouldBe(TemplateCodes.RenderFailed);

    [Theory]
    [InlineData("{{items.-1}}", """{"items":[1]}""", "items.-1")]
    [InlineData("{{items.length}}", """{"items":[1]}""", "")]
    public void An_index_is_a_number_of_digits_alone(string template, string data, string missing) =>
        TemplateOf.Missing(template, data).ShouldBe(missing.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Variables(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{{{{v{i}}}}}"));

    private static byte[] Bytes(string data) => System.Text.Encoding.UTF8.GetBytes(data);
}
