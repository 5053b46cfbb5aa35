using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>What a template computes is paid for before it is made, whether it is printed, tested or handed to another function.</summary>
public sealed class RenderMemoryTests
{
    /// <summary>Reading the data, the limits of one render, and what they are copied into.</summary>
    private const long Bound = 48L * 1024 * 1024;

    /// <summary>A request of 185 KB: 90,000 items and a separator of 5,000 letters.</summary>
    private static readonly string Bomb = JsonSerializer.Serialize(new { l = Enumerable.Repeat(1, 90_000), s = new string('s', 5_000), a = "x" });

    [Theory]
    [InlineData("{{#if (join l s)}}x{{/if}}")]
    [InlineData("{{#unless (join l s)}}x{{/unless}}")]
    [InlineData("{{join l s}}")]
    [InlineData("{{length (join l s)}}")]
    [InlineData("{{upper (join l s)}}")]
    [InlineData("{{lower (join l s)}}")]
    [InlineData("{{default (join l s) a}}")]
    [InlineData("{{#if (and a (join l s))}}x{{/if}}")]
    [InlineData("{{#if (or a (join l s))}}x{{/if}}")]
    [InlineData("{{#if (not (join l s))}}x{{/if}}")]
    [InlineData("{{#if (eq (join l s) a)}}x{{/if}}")]
    [InlineData("{{#if (gt (join l s) a)}}x{{/if}}")]
    [InlineData("{{#each (join l s)}}x{{/each}}")]
    [InlineData("{{#with (join l s)}}x{{/with}}")]
    [InlineData("{{lookup l (join l s)}}")]
    [InlineData("{{pluralize 1 (join l s) a}}")]
    [InlineData("{{number (join l s)}}")]
    [InlineData("{{date (join l s)}}")]
    [InlineData("{{date 0 (join l s)}}")]
    [InlineData("{{date 0 'yyyy' (join l s)}}")]
    public void A_join_that_would_be_too_long_is_stopped_before_it_is_made(string template) => Stops(template, Bomb);

    /// <summary>A list that is used as a text is joined too.</summary>
    [Theory]
    [InlineData("upper l")]
    [InlineData("lower l")]
    [InlineData("eq l l")]
    [InlineData("lt l a")]
    [InlineData("lookup l l")]
    [InlineData("number l")]
    [InlineData("date l")]
    [InlineData("date '2026-01-01' l")]
    [InlineData("join a l")]
    public void A_list_taken_for_a_text_costs_its_text(string call)
    {
        var data = JsonSerializer.Serialize(new { l = Enumerable.Repeat(new string('x', 1_000), 200), a = "x" });

        Stops(Repeat($"{{{{#if ({call})}}}}{{{{/if}}}}", 100), data);
    }

    [Theory]
    [InlineData("upper v")]
    [InlineData("lower v")]
    [InlineData("join v")]
    [InlineData("upper (lower (upper v))")]
    public void Texts_that_are_made_and_thrown_away_are_counted_together(string call)
    {
        var data = JsonSerializer.Serialize(new { v = string.Concat(Enumerable.Repeat("aB", 100_000)), l = Enumerable.Range(0, 1_000) });
        var before = GC.GetAllocatedBytesForCurrentThread();

        // Either it is stopped or, where nothing is made, costs nothing.
        _ = TemplateOf.Text($"{{{{#each l}}}}{{{{#if ({call.Replace("v", "../v", StringComparison.Ordinal)})}}}}{{{{/if}}}}{{{{/each}}}}").Render(ChannelKind.Email, data);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Bound);
    }

    [Fact]
    public void All_parts_of_a_content_share_one_bound()
    {
        var entries = Enumerable.Range(0, 50).ToDictionary(i => $"k{i}", _ => "{{v}}{{v}}{{v}}{{v}}");
        var push = TemplateOf.Contents(JsonSerializer.SerializeToNode(new { push = new { en = new { title = "t", body = "b", data = entries } } })!);

        Stops(push, ChannelKind.Push, JsonSerializer.Serialize(new { v = new string('x', 200_000) }));
    }

    [Fact]
    public void A_subject_of_many_lines_is_put_on_one_without_a_piece_for_each()
    {
        var data = JsonSerializer.Serialize(new { v = string.Concat(Enumerable.Repeat("a\n", 100_000)) });
        var before = GC.GetAllocatedBytesForCurrentThread();

        TemplateOf.RenderSubject("{{v}}{{v}}{{v}}", data).Length.ShouldBe(599_999);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(12L * 1024 * 1024);
    }

    [Fact]
    public void What_a_render_may_make_is_enough_for_an_ordinary_list()
    {
        var data = JsonSerializer.Serialize(new { l = Enumerable.Range(0, 1_000).Select(i => new { name = $"item {i}", at = 1_700_000_000 + i }) });

        TemplateOf.RenderText("{{#each l}}{{upper name}} {{number @index 2}} {{date at 'd MMMM yyyy HH:mm' 'Europe/Paris'}}{{#if (eq (upper name) 'ITEM 7')}}!{{/if}}\n{{/each}}", data)
            .ShouldContain("ITEM 7 7.00 14 November 2023 23:13!");
        TemplateOf.RenderText("{{join l}}", JsonSerializer.Serialize(new { l = Enumerable.Range(0, 20_000) })).Length.ShouldBe(128_888);
    }

    private static void Stops(string template, string data) => Stops(TemplateOf.Text(template), ChannelKind.Email, data);

    private static void Stops(CompiledTemplate template, ChannelKind channel, string data)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var outcome = template.Render(channel, data);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Bound);
        outcome.ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderLimit);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
