using System.Diagnostics;
using System.Text.Json;

namespace NotificationService.UnitTests.Templates;

/// <summary>Looking through rendered HTML for links costs as much as it is long, whatever a value holds.</summary>
public sealed class HtmlLinkCostTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("datahref")]
    [InlineData("src ")]
    [InlineData("href = \t")]
    public void A_value_made_of_attribute_names_is_looked_through_once(string piece)
    {
        var data = JsonSerializer.Serialize(new { v = string.Concat(Enumerable.Repeat(piece, 120_000 / piece.Length)) });
        var clock = Stopwatch.StartNew();

        TemplateOf.RenderHtml("<a href=\"/x\">{{v}}{{v}}{{v}}</a>", data).Length.ShouldBeGreaterThan(350_000);

        // Square, it is many seconds; once, milliseconds.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
