using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Templates.Language;

namespace NotificationService.UnitTests.Templates;

/// <summary>Whatever is written as a template is either refused or renders to a closed outcome; nothing else ever comes out.</summary>
public sealed class TemplateProperties
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{{", "}}}", "{{~", "~}}", "{{#if ", "{{#each ", "{{#with ", "{{#unless ", "{{^", "{{/if}}", "{{/each}}", "{{/with}}", "{{/unless}}",
        "{{else}}", "{{else if ", "{{! ", "{{!-- ", "--}}", "a", "items", "user", "name", "é", "ß", "_x", "this", ".", "..", "../", "@index", "@root", "@key",
        "upper ", "date ", "number ", "money ", "relative ", "truncate ", "json ", "urlEncode ", "'local'", "'long'", "join ", "lookup ", "default ", "eq ", "pluralize ", "log ", "(", ")", "'", "\"", "|", " as |x y|", "1", "-2.5", "true", "null",
        "<a href=\"", "\">", "<script>", "</script>", "<p onclick='", "[0]", "\\", "&", "*", ">", "$", "%", "\0", "\r\n", "\u2028", "\ud83d\ude00", "\ud83d", " ", "=",
    ];

    private static readonly string[] Data =
    [
        "{}",
        """{"a":"x","items":[{"name":"n"},{"name":null},3,[1,2]],"user":{"name":"<b>","items":[]},"é":1.50,"ß":true}""",
        """{"a":[],"items":{"x":1,"y":"z"},"user":"text","name":1e300,"_x":-0,"é":"9999-12-31T23:59:59.9999999Z"}""",
        """{"a":"9223372036854775807","items":[[[[1]]]],"user":null,"name":9223372036854775807,"_x":1e999,"é":false}""",
    ];

    private static readonly Gen<string> Soup =
        from count in Gen.Choose(0, 40)
        from pieces in Gen.Elements(Pieces).ArrayOf(count)
        select string.Concat(pieces);

    /// <summary>Well-formed more often than not, so that the engine is reached.</summary>
    private static readonly Gen<string> Sentence = Gen.Sized(size => Body(Math.Min(4, size / 8)));

    [Fact]
    public void No_text_leaves_the_parser_by_an_exception() => Prop.ForAll(
        Arb.From(Gen.OneOf(Soup, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""))),
        template => TemplateParser.Parse(template, isHtml: template.Length % 2 == 0) is ParseOutcome.Parsed or ParseOutcome.Refused)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void What_the_parser_takes_the_engine_takes_and_renders_whatever_the_data() => Prop.ForAll(
        Arb.From(Gen.OneOf(Sentence, Sentence, Soup)),
        template =>
        {
            if (string.IsNullOrWhiteSpace(template) || TemplateParser.Parse(template, isHtml: false) is not ParseOutcome.Parsed)
                return true;
            // JSON turns half a surrogate pair into the replacement character, which is still a template.
            var contents = JsonSerializer.SerializeToElement(new { whatsapp = new { en = new { text = template } } });
            var compiled = TemplateContentsCheck.Compile(contents, "").Template.ShouldNotBeNull(template);
            foreach (var data in Data)
            {
                _ = compiled.CheckVariables([ChannelKind.WhatsApp], null, Encoding.UTF8.GetBytes(data));
                var outcome = compiled.Render(ChannelKind.WhatsApp, null, Encoding.UTF8.GetBytes(data), TemplateOf.Ann, TemplateOf.Now);
                (outcome is RenderOutcome.Rendered or RenderOutcome.Failed).ShouldBeTrue();
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_value_comes_out_as_it_went_in_where_nothing_is_escaped() => Prop.ForAll(
        Arb.From(ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && IsUnicode(text))),
        value => string.IsNullOrWhiteSpace(value) || TemplateOf.RenderText("{{a}}", JsonSerializer.Serialize(new { a = value })) == value)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void No_value_brings_markup_into_html() => Prop.ForAll(
        Arb.From(ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && IsUnicode(text))),
        value => TemplateOf.RenderHtml("<p title=\"{{a}}\">{{a}}</p>", JsonSerializer.Serialize(new { a = value }))
            is var html && html.StartsWith("<p title=\"", StringComparison.Ordinal) && html.Count(c => c == '<') == 2 && html.Count(c => c == '"') == 2)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_subject_is_one_line_whatever_stands_in_it() => Prop.ForAll(
        Arb.From(ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && IsUnicode(text))),
        value => !TemplateOf.RenderSubject("Re: {{a}}", JsonSerializer.Serialize(new { a = value + "\r\nBcc: x" })).Any(char.IsControl))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<string> Body(int depth) =>
        from count in Gen.Choose(1, 3)
        from nodes in Node(depth).ArrayOf(count)
        select string.Concat(nodes);

    private static Gen<string> Node(int depth)
    {
        var value = Gen.Elements("{{a}}", "{{ user.name }}", "{{~items~}}", "{{recipient.name}}", "{{@index}}", "{{this}}", "{{é}}", "{{ß}}", "{{_x}}", "{{../a}}", "{{items.0.name}}",
            "{{upper a}}", "{{number name 3}}", "{{date é 'd MMMM yyyy HH:mm' 'Europe/Paris'}}", "{{date é}}", "{{join items '-'}}", "{{lookup items a}}", "{{lookup user (lower a)}}",
            "{{default user.x \"none\"}}", "{{pluralize name 'one' 'many'}}", "{{#if (gt name 3)}}x{{/if}}", "{{length items}}", "{{! c }}", "text \r\n", "{", "}", "<b>", "{{@root.user.name}}");
        if (depth == 0)
            return value;
        var block =
            from name in Gen.Elements("if", "unless", "each", "with")
            from subject in Gen.Elements("a", "items", "user", "user.items", "this", "..", "(eq a 'x')", "(lookup items 0)", "@root", "é")
            from body in Body(depth - 1)
            from otherwise in Gen.Elements("", "{{else}}none")
            select $"{{{{#{name} {subject}}}}}{body}{otherwise}{{{{/{name}}}}}";
        return Gen.OneOf(value, block, block);
    }

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }

        return true;
    }
}
