using System.Text;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;

namespace NotificationService.UnitTests.Templates;

/// <summary>The layouts that come with the service pass what every tenant's must.</summary>
public sealed class SharedLayoutsTests
{
    public static TheoryData<string> Keys => [.. SharedLayouts.All.Select(layout => layout.Key)];

    [Fact]
    public void There_are_six() => Keys.Count.ShouldBe(6);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_stands_around_a_template_in_english_and_french_light_and_dark(string key)
    {
        var wanted = SharedLayouts.All.Single(layout => layout.Key == key);
        var layout = LoadedFragment.Read(FragmentKind.Layout, key, wanted.Contents).Fragment.ShouldNotBeNull();
        var contents = JsonNode.Parse("""{"email":{"en":{"subject":"s","html":"<p>Hello {{recipient.name}}</p>","text":"Hello"},"fr":{"subject":"s","html":"<p>Bonjour</p>","text":"Bonjour"}}}""")!;

        var made = contents.Assembled(key, layout);

        made.Issues.ShouldBeEmpty();
        foreach (var (locale, hello) in new[] { ("en", "Hello"), ("fr", "Bonjour") })
        {
            var rendered = TemplateOf.Rendered(made.Template.ShouldNotBeNull().Render(
                ChannelKind.Email, locale, "{}"u8, TemplateOf.Ann with { Brand = new BrandModel("Acme", null, "#0b6e4f") }, TemplateOf.Now));
            var html = rendered.Html.ShouldNotBeNull();
            html.ShouldContain($"lang=\"{locale}\"");
            html.ShouldContain($"<p>{hello}");
            html.ShouldContain("prefers-color-scheme:dark");
            html.ShouldContain("max-width:620px");
            html.ShouldContain("#0b6e4f");
            html.ShouldContain("Acme");
            Encoding.UTF8.GetByteCount(html).ShouldBeLessThan(20_000);
            rendered.Text.ShouldNotBeNull().ShouldContain(hello);
        }
    }
}
