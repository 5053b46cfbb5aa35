using System.Diagnostics;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>What a template makes of the data is cut off by size, rounds and time, whatever it computes.</summary>
public sealed class RenderLimitTests
{
    [Fact]
    public void A_list_of_a_thousand_is_gone_over_and_one_more_is_not()
    {
        TemplateOf.RenderText("{{#each l}}x{{/each}}", List(1_000)).Length.ShouldBe(1_000);
        Fails("{{#each l}}x{{/each}}", List(1_001)).ShouldContain("1000 items, this list has 1001");
    }

    [Fact]
    public void Lists_in_each_other_are_cut_off_by_the_rounds_of_all_of_them() =>
        Fails("{{#each l}}{{#each ../l}}{{#each ../../l}}{{/each}}{{/each}}{{/each}}", List(1_000)).ShouldNotBeEmpty();

    [Fact]
    public void Three_lists_of_a_hundred_in_each_other_never_fill_the_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Fails("{{#each l}}{{#each ../l}}{{#each ../../l}}0123456789{{/each}}{{/each}}{{/each}}", List(100));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256L * 1024 * 1024);
    }

    [Fact]
    public void A_part_of_a_mebibyte_is_rendered_and_more_is_not()
    {
        var data = JsonSerializer.Serialize(new { v = new string('x', 1024) });

        TemplateOf.RenderText(Repeat("{{v}}", 1_000), data).Length.ShouldBe(1_000 * 1_024);
        Fails(Repeat("{{v}}{{v}}", 500) + new string('x', 30_000), data).ShouldContain("1048576 bytes");
        // Counted as UTF-8: a third of a mebibyte of characters may be more than a mebibyte.
        Fails(Repeat("{{v}}", 400), JsonSerializer.Serialize(new { v = new string('€', 1_000) })).ShouldContain("1048576 bytes");
    }

    [Theory]
    [InlineData("upper")]
    [InlineData("length")]
    public void A_render_that_takes_too_long_is_cut_off_though_it_prints_little(string function)
    {
        // Without a limit: three hundred times seven calls over a megabyte each.
        var call = $"{Repeat("(lower (upper ", 3)}v{new string(')', 6)}";
        var template = Repeat($"{{{{#if (eq 'no' {call})}}}}{{{{{function} v}}}}{{{{/if}}}}", 300);
        var clock = Stopwatch.StartNew();

        var message = Fails(template, JsonSerializer.Serialize(new { v = new string('x', 1_000_000) }));

        (message.Contains("250 ms", StringComparison.Ordinal) || message.Contains("texts of 4194304 characters", StringComparison.Ordinal)).ShouldBeTrue(message);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Loops_that_print_nothing_are_cut_off_too()
    {
        var body = Repeat("{{#if a}}{{/if}}", 480);

        Fails($"{{{{#each l}}}}{{{{#each ../l}}}}{body}{{{{/each}}}}{{{{/each}}}}", List(300)).ShouldNotBeEmpty();
    }

    [Fact]
    public void What_one_render_spent_is_not_charged_to_the_next()
    {
        for (var i = 0; i < 40; i++)
            TemplateOf.RenderText("{{#each l}}{{#each ../l}}{{/each}}{{/each}}x", List(100)).ShouldBe("x");
    }

    [Fact]
    public void A_failed_render_leaves_nothing_in_the_next_one()
    {
        Fails("{{#each l}}leftover{{/each}}", List(1_001).Replace("]", ",1]", StringComparison.Ordinal));
        Fails(Repeat("{{v}}", 1_000), JsonSerializer.Serialize(new { v = new string('x', 2_000) }));

        TemplateOf.RenderText("{{a}}", """{"a":"clean"}""").ShouldBe("clean");
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("3")]
    [InlineData("{")]
    [InlineData(" ")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    public void Data_that_is_no_object_of_texts_fails_and_throws_nothing(string data) =>
        TemplateOf.Text("{{a}}").Render(ChannelKind.Email, data).ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderFailed);

    [Fact]
    public void Data_nested_without_end_fails_and_throws_nothing() =>
        TemplateOf.Text("{{a}}").Render(ChannelKind.Email, $"{{\"a\":{new string('[', 5_000)}{new string(']', 5_000)}}}")
            .ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderFailed);

    private static string Fails(string template, string data)
    {
        var failed = TemplateOf.Text(template).Render(ChannelKind.Email, data).ShouldBeOfType<RenderOutcome.Failed>();
        failed.Code.ShouldBe(TemplateCodes.RenderLimit);
        return failed.Message;
    }

    private static string List(int count) => JsonSerializer.Serialize(new { l = Enumerable.Range(0, count), a = false });

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
