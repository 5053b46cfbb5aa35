using System.Globalization;
using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.UnitTests.Templates;

/// <summary>What a template can reach: plain values, written the same way in every culture.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("{{constructor.constructor}}")]
    [InlineData("{{__proto__}}")]
    [InlineData("{{this.GetType}}")]
    [InlineData("{{a.Assembly.Location}}")]
    [InlineData("{{a.Length}}{{a.length.MaxValue}}")]
    [InlineData("{{Count}}{{Keys}}{{Values}}{{Comparer}}{{this.Count}}")]
    [InlineData("{{l.Count}}{{l.Capacity}}{{recipient.EqualityContract}}{{recipient.Name}}")]
    [InlineData("{{lookup this 'Comparer'}}{{lookup l 'Count'}}{{lookup a 'Length'}}")]
    [InlineData("{{@root}}{{this}}{{recipient}}{{n.x}}{{d.Scale}}")]
    [InlineData("{{#with a}}{{Length}}{{Chars}}{{/with}}{{#with n}}{{MaxValue}}{{/with}}")]
    public void Nothing_of_the_runtime_can_be_reached(string template)
    {
        const string Data = """{"a":"text","l":[1],"n":5,"d":1.50}""";

        TemplateOf.Rendered(TemplateOf.Text("x" + template).Render(ChannelKind.Email, Data)).Text.ShouldBe("x");
        TemplateOf.RenderHtml(template, Data).ShouldBeEmpty();
    }

    [Fact]
    public void Going_over_the_model_shows_the_callers_names_and_the_recipient_only() =>
        TemplateOf.RenderText("{{#each this}}{{@key}} {{/each}}/{{#each recipient}}{{@key}} {{/each}}", """{"b":1,"a":2}""")
            .ShouldBe("b a recipient /userId name email phone locale timezone ");

    [Fact]
    public void Data_cannot_pretend_to_be_the_recipient() =>
        TemplateOf.RenderText("{{recipient.name}}", """{"recipient":{"name":"Mallory"}}""").ShouldBe("Ann");

    [Fact]
    public void The_culture_of_the_process_changes_nothing()
    {
        const string Template = "{{n}} {{d}} {{neg}} {{t}} {{upper i}} {{lower I}} {{number d}} {{number big 0}} {{date at \"d MMMM yyyy HH:mm\"}} {{date at}} {{join l}} {{#if (gt d 1.2)}}more{{/if}}";
        const string Data = """{"n":1234567,"d":1234.5,"neg":-1,"t":true,"i":"title","I":"TITLE","big":1234567.8,"at":"2026-03-04T05:06:07Z","l":[1.5,2]}""";
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Strange();
        try
        {
            TemplateOf.RenderText(Template, Data).ShouldBe("1234567 1234.5 -1 true TITLE title 1,234.50 1,234,568 4 March 2026 05:06 2026-03-04 1.5, 2 more");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Made by hand, because a machine without ICU has no other culture than the invariant one.</summary>
    private static CultureInfo Strange()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = "'";
        culture.NumberFormat.NumberGroupSizes = [4];
        culture.NumberFormat.NegativeSign = "~";
        culture.DateTimeFormat.MonthNames = [.. Enumerable.Range(1, 12).Select(month => $"Month{month}"), ""];
        culture.DateTimeFormat.MonthGenitiveNames = culture.DateTimeFormat.MonthNames;
        culture.DateTimeFormat.TimeSeparator = ".";
        culture.DateTimeFormat.DateSeparator = "/";
        1234.5m.ToString("N1", culture).ShouldBe("1234,5");
        return culture;
    }

    [Theory]
    [InlineData("{{date at 'yyyy-MM-dd HH:mm' 'Europe/Paris'}}", """{"at":"2026-07-01T22:30:00Z"}""", "2026-07-02 00:30")]
    [InlineData("{{date at 'HH:mm' recipient.timezone}}", """{"at":"2026-01-01T12:00:00+02:00"}""", "11:00")]
    [InlineData("{{date at}}", """{"at":0}""", "1970-01-01")]
    [InlineData("{{date at}}", """{"at":"soon"}""", "soon")]
    [InlineData("{{date at 'yyyy' 'America/Toronto'}}", """{"at":"0001-01-01T00:00:00Z"}""", "0001")]
    [InlineData("{{number n 0 '.' ','}} {{number n 3 ' ' ','}}", """{"n":1234.5}""", "1.235 1 234,500")]
    [InlineData("{{pluralize n 'item' 'items'}}", """{"n":1}""", "item")]
    [InlineData("{{pluralize n 'item' 'items'}}", """{"n":0}""", "items")]
    [InlineData("{{lookup m k}} {{lookup l 1}} {{lookup m 'none'}}|", """{"m":{"x":"y"},"k":"x","l":["a","b"]}""", "y b |")]
    public void Functions_write_times_numbers_and_words(string template, string data, string expected) =>
        TemplateOf.RenderText(template, data).ShouldBe(expected);

    [Fact]
    public void One_compiled_template_may_be_rendered_by_many_threads_at_once()
    {
        var template = TemplateOf.Text("{{#each l}}{{this}}-{{/each}}{{a}}");

        Parallel.For(0, 2_000, i =>
        {
            var data = JsonSerializer.Serialize(new { a = i, l = Enumerable.Range(i, 5) });
            TemplateOf.Rendered(template.Render(ChannelKind.Email, data)).Text.ShouldBe($"{string.Concat(Enumerable.Range(i, 5).Select(n => $"{n}-"))}{i}");
        });
    }
}
