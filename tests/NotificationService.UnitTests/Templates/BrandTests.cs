using System.Text;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>What templates know of the tenant, and the one value that may stand in a style.</summary>
public sealed class BrandTests
{
    private static readonly BrandModel Acme = new("Acme & Co", "https://acme.example/logo.png", "#0B6E4F");

    [Fact]
    public void A_template_says_the_brand_and_needs_no_data_for_it()
    {
        var template = TemplateOf.Html("<p style=\"color:{{brand.color}}\">{{brand.name}}</p><img alt=\"\" src=\"{{brand.logoUrl}}\">");

        template.RequiredVariables(ChannelKind.Email, null).ShouldBeEmpty();
        Rendered(template).ShouldBe("<p style=\"color:#0B6E4F\">Acme &amp; Co</p><img alt=\"\" src=\"https://acme.example/logo.png\">");
    }

    [Theory]
    [InlineData("<style>a{color:{{@root.brand.color}};}</style>")]
    [InlineData("<p style='border:1px solid {{brand.color}}'>")]
    [InlineData("{{#if a}}<p style=\"color:{{brand.color}}\">{{/if}}")]
    [InlineData("{{#each items}}<p style=\"color:{{@root.brand.color}}\">{{/each}}")]
    public void The_colour_may_stand_in_a_style(string html) =>
        Rendered(TemplateOf.Html(html), """{"a":1,"items":[{"brand":{"color":"red}"}}]}""").ShouldContain("#0B6E4F");

    [Theory]
    [InlineData("{{#each items}}<p style=\"color:{{brand.color}}\">{{/each}}")]
    [InlineData("{{#with a}}<p style=\"color:{{brand.color}}\">{{/with}}")]
    [InlineData("<p style=\"color:{{brand.name}}\">")]
    [InlineData("<p style=\"color:{{upper brand.color}}\">")]
    [InlineData("<p style=\"color:{{this.brand.color}}\">")]
    [InlineData("<p style={{brand.color}}>")]
    [InlineData("<p onclick=\"{{brand.color}}\">")]
    [InlineData("<script>{{brand.color}}</script>")]
    [InlineData("<style>{{recipient.name}}</style>")]
    public void Nothing_else_may_and_the_colour_nowhere_else(string html) => TemplateOf.HtmlIssue(html).Code.ShouldBe(TemplateCodes.UnsafePosition);

    [Fact]
    public void Data_cannot_pretend_to_be_the_brand()
    {
        var template = TemplateOf.Html("<style>p{color:{{brand.color}};}</style>{{brand.name}}");

        Rendered(template, """{"brand":{"name":"Mallory","color":"red}body{display:none"}}""").ShouldBe("<style>p{color:#0B6E4F;}</style>Acme &amp; Co");
        TemplateOf.Rendered(template.Render(ChannelKind.Email, """{"brand":{"color":"red}"}}""")).Html.ShouldBe("<style>p{color:;}</style>");
    }

    [Theory]
    [InlineData("red")]
    [InlineData("#12345")]
    [InlineData("#1234567")]
    [InlineData("#12345g")]
    [InlineData("#123456\n")]
    [InlineData("#000000;background:url(https://example.com)")]
    [InlineData(null)]
    public void What_is_no_colour_gives_the_usual_one(string? color) => new BrandModel("Acme", null, color).Color.ShouldBe(BrandModel.UsualColor);

    private static string Rendered(CompiledTemplate template, string data = "{}") =>
        TemplateOf.Rendered(template.Render(ChannelKind.Email, null, Encoding.UTF8.GetBytes(data), TemplateOf.Ann with { Brand = Acme }, TemplateOf.Now)).Html.ShouldNotBeNull();
}
