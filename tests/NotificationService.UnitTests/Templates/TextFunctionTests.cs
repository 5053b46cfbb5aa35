using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

public sealed class TextFunctionTests
{
    private static readonly string Long = JsonSerializer.Serialize(new { v = new string('é', 200_000), l = Enumerable.Range(0, 1_000) });

    [Theory]
    [InlineData("a long sentence", "10", null, "a long se…")]
    [InlineData("a long sentence", "8", null, "a long…")]
    [InlineData("a long sentence", "15", null, "a long sentence")]
    [InlineData("a long sentence", "10", "...", "a long...")]
    [InlineData("a long sentence", "0", null, "")]
    [InlineData("a long sentence", "-3", null, "")]
    [InlineData("a long sentence", "many", null, "")]
    [InlineData("ab😀cd", "4", "", "ab😀")]
    [InlineData("ab😀cd", "3", "", "ab")]
    [InlineData("ab👨‍👩‍👧cdef", "6", "", "ab")]
    [InlineData("cafe\u0301 au lait", "4", "", "caf")]
    public void A_text_is_cut_to_a_length_and_never_within_a_character(string text, string length, string? rest, string expected) =>
        TemplateOf.RenderText($"{{{{truncate t n{(rest is null ? "" : " r")}}}}}", JsonSerializer.Serialize(new { t = text, n = length, r = rest })).ShouldBe(expected);

    [Fact]
    public void A_text_of_nothing_but_marks_is_cut_all_the_same() =>
        TemplateOf.RenderText("{{truncate t 500}}", JsonSerializer.Serialize(new { t = "a" + new string('\u0301', 10_000) })).Length.ShouldBeInRange(400, 500);

    [Theory]
    [InlineData("a b&c=d/é", "a%20b%26c%3Dd%2F%C3%A9")]
    [InlineData("Az09-._~", "Az09-._~")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void A_text_is_encoded_for_an_address(string text, string expected) => TemplateOf.RenderText("{{urlEncode t}}", JsonSerializer.Serialize(new { t = text })).ShouldBe(expected);

    [Fact]
    public void A_value_is_written_as_json_that_reads_back_the_same()
    {
        const string Data = """{"v":{"a":[1,2.50,-1e3,true,false,null,"x\"\\\n\u0001</script>'&"],"é😀":{},"e":[]}}""";

        var written = TemplateOf.RenderText("{{json v}}", Data);

        written.ShouldNotContain("<");
        written.ShouldContain("2.50");
        JsonElement.DeepEquals(JsonElement.Parse(written), JsonElement.Parse(Data).GetProperty("v")).ShouldBeTrue();
        TemplateOf.RenderHtml("""<a title="{{json v}}">x</a>""", Data).ShouldNotContain("\"x");
        TemplateOf.RenderText("{{json nothing}}", """{"nothing":null}""").ShouldBe("null");
    }

    [Fact]
    public void Any_data_read_back_the_same() => Prop.ForAll(Arb.From(ArbMap.Default.GeneratorFor<string>()), Arb.From(ArbMap.Default.GeneratorFor<int>()), (text, number) =>
    {
        text = new string([.. (text ?? "").Where(c => !char.IsSurrogate(c))]);
        var data = JsonSerializer.Serialize(new { v = new object[] { text, number, true, new Dictionary<string, object?> { [text] = null } } });
        return JsonElement.DeepEquals(JsonElement.Parse(TemplateOf.RenderText("{{json v}}", data)), JsonElement.Parse(data).GetProperty("v"));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData("json (join l s)")]
    [InlineData("urlEncode (join l s)")]
    [InlineData("truncate (join l s) 3")]
    [InlineData("money (join l s) 'EUR'")]
    [InlineData("money 3 (join l s)")]
    [InlineData("relative (join l s)")]
    [InlineData("number 3 (join l s)")]
    [InlineData("date 0 'long' (join l s)")]
    public void What_would_be_too_long_is_stopped_before_it_is_made(string call)
    {
        var data = JsonSerializer.Serialize(new { l = Enumerable.Repeat(1, 90_000), s = new string('s', 5_000) });
        var before = GC.GetAllocatedBytesForCurrentThread();

        TemplateOf.Text($"{{{{{call}}}}}").Render(ChannelKind.Email, data).ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderLimit);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(48L * 1024 * 1024);
    }

    [Theory]
    [InlineData("json ../v")]
    [InlineData("urlEncode ../v")]
    [InlineData("truncate ../v 150000")]
    public void Texts_that_are_made_and_thrown_away_are_counted_together(string call)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        TemplateOf.Text($"{{{{#each l}}}}{{{{#if ({call})}}}}{{{{/if}}}}{{{{/each}}}}").Render(ChannelKind.Email, Long)
            .ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderLimit);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(48L * 1024 * 1024);
    }

    [Fact]
    public void The_json_of_a_value_of_many_levels_costs_what_it_shows()
    {
        var nested = string.Concat(Enumerable.Repeat("[", 60)) + string.Concat(Enumerable.Repeat("]", 60));

        TemplateOf.RenderText("{{json v}}", $$"""{"v":{{nested}}}""").ShouldBe(nested);
        TemplateOf.Text("{{#each l}}{{json ../l}}{{/each}}").Render(ChannelKind.Email, JsonSerializer.Serialize(new { l = Enumerable.Range(0, 1_000) }))
            .ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.RenderLimit);
    }
}
