using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Language;

namespace NotificationService.UnitTests.Templates;

/// <summary>Whatever partials say and however they name each other: resolving gives the same characters twice, within the bounds, or a refusal.</summary>
public sealed class ResolvingProperties
{
    private static readonly string[] Keys = ["a", "b", "c", "d", "e"];

    private static readonly string[] Pieces =
    [
        "{{> a}}", "{{> b}}", "{{~> c ~}}", "{{> d}}", "{{>e}}", "{{a}}", "{{#if a}}x{{/if}}", "{{#each items}}{{> b}}{{else}}{{> c}}{{/each}}", "{{! {{> a}} ", "}}", "{", "}", "{{", "\\", ">",
        " ", "\n", "<p title=\"", "\">", "<script>", "</script>", "<a href='", "é", "\ud83d\ude00", "{{upper a}}", "{{#with user}}{{> d}}{{/with}}",
    ];

    private static readonly Gen<string> Text =
        from count in Gen.Choose(0, 12)
        from pieces in Gen.Elements(Pieces).ArrayOf(count)
        select string.Concat(pieces);

    private static readonly Gen<string[]> Texts = Text.ArrayOf(Keys.Length + 1);

    [Fact]
    public void Resolving_is_the_same_each_time_and_never_beyond_the_bounds() => Prop.ForAll(
        Arb.From(Texts),
        texts =>
        {
            var fragments = Keys.Select((key, i) => LoadedFragment.Read(FragmentKind.Partial, key, FragmentOf.Everywhere(texts[i]).ToJsonString()).Fragment).OfType<LoadedFragment>().ToArray();
            var contents = FragmentOf.Html(texts[^1] + "x");
            var (first, second) = (contents.Assembled(null, fragments), contents.Assembled(null, fragments));
            first.Contents.ShouldBe(second.Contents);
            first.Issues.ShouldBe(second.Issues);
            (first.Template is null).ShouldBe(first.Issues.Count > 0);
            if (first.Template is null)
                return true;
            first.Field("email/en/html").Length.ShouldBeLessThanOrEqualTo(TemplateLimits.SourceCharacters);
            // What was taken is taken as it stands, without any partial.
            using var document = System.Text.Json.JsonDocument.Parse(first.Contents);
            TemplateContentsCheck.Compile(document.RootElement, "/contents").Issues.ShouldBeEmpty();
            _ = first.Template.Render(ChannelKind.Email, null, Encoding.UTF8.GetBytes("""{"a":"<b>","items":[1,2],"user":{"a":1}}"""), TemplateOf.Ann, TemplateOf.Now);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
}
