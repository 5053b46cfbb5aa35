using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>Templates made of one text, as tests want them.</summary>
internal static class TemplateOf
{
    public static readonly RecipientModel Ann = new StoredRecipient
    {
        UserId = "u-1",
        Name = "Ann",
        Email = "ann@example.com",
        Phone = "+14155550100",
        Locale = "en",
        Timezone = "Europe/Paris",
    }.ForTemplates();

    public static readonly DateTimeOffset Now = new(2026, 11, 3, 9, 5, 0, TimeSpan.Zero);

    public static CompiledTemplate Html(string html) => Contents(new JsonObject
    {
        ["email"] = new JsonObject { ["en"] = new JsonObject { ["subject"] = "s", ["html"] = html } },
    });

    public static CompiledTemplate Text(string text) => Contents(new JsonObject
    {
        ["email"] = new JsonObject { ["en"] = new JsonObject { ["subject"] = "s", ["text"] = text } },
    });

    public static CompiledTemplate Contents(JsonNode contents)
    {
        var outcome = TemplateContentsCheck.Read(JsonSerializer.SerializeToElement(contents), "/contents");
        return outcome.Template ?? throw new InvalidOperationException(outcome.Issues[0].ToString());
    }

    public static IReadOnlyList<TemplateIssue> Issues(JsonNode contents) =>
        TemplateContentsCheck.Read(JsonSerializer.SerializeToElement(contents), "/contents").Issues;

    public static TemplateIssue HtmlIssue(string html) => Issues(new JsonObject
    {
        ["email"] = new JsonObject { ["en"] = new JsonObject { ["subject"] = "s", ["html"] = html } },
    }).ShouldHaveSingleItem();

    public static RenderOutcome Render(this CompiledTemplate template, ChannelKind channel, string data, string? locale = null) =>
        template.Render(channel, locale, Encoding.UTF8.GetBytes(data), Ann, Now);

    public static string RenderText(string text, string data = "{}") => Rendered(Text(text).Render(ChannelKind.Email, data)).Text.ShouldNotBeNull();

    public static string RenderHtml(string html, string data = "{}") => Rendered(Html(html).Render(ChannelKind.Email, data)).Html.ShouldNotBeNull();

    public static string RenderSubject(string subject, string data) => Rendered(Contents(new JsonObject
    {
        ["email"] = new JsonObject { ["en"] = new JsonObject { ["subject"] = subject, ["text"] = "t" } },
    }).Render(ChannelKind.Email, data)).Subject.ShouldNotBeNull();

    public static RenderedContent Rendered(RenderOutcome outcome) => outcome.ShouldBeOfType<RenderOutcome.Rendered>().Content;

    public static IReadOnlyList<string> Missing(string text, string data) => Text(text).Missing(ChannelKind.Email, null, data);

    public static IReadOnlyList<string> Missing(this CompiledTemplate template, ChannelKind channel, string? locale, string data) =>
        [.. template.CheckVariables([channel], locale, Encoding.UTF8.GetBytes(data)).ShouldBeOfType<VariableCheck.Done>().Missing.Select(missing => missing.Variable)];
}
