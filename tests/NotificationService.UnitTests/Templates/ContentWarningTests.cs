using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Templates.Warnings;

namespace NotificationService.UnitTests.Templates;

/// <summary>What can be sent and may not please: found in what was rendered, whatever it is, in one pass.</summary>
public sealed class ContentWarningTests
{
    [Theory]
    [InlineData("Hello", "")]
    [InlineData("Grüße und ß", "")]
    [InlineData("Zdjęcie", "sms_encoding")]
    [InlineData("{160}", "")]
    [InlineData("{161}", "sms_segments")]
    public void Of_a_text_message_the_segments_and_the_encoding(string text, string expected)
    {
        var rendered = text switch { "{160}" => new string('x', 160), "{161}" => new string('x', 161), _ => text };

        string.Join(' ', Codes(ChannelKind.Sms, new() { Text = rendered })).ShouldBe(expected);
    }

    [Fact]
    public void The_characters_that_make_a_text_message_dear_are_named() =>
        ContentWarnings.Of(ChannelKind.Sms, new() { Text = "Zdjęcie 😀 x\u200Bx" }).ShouldHaveSingleItem().Message.ShouldContain("ę 😀 ");

    [Theory]
    [InlineData("<p>Hello</p>", "t", "")]
    [InlineData("<p>Hello</p>", null, "plain_text_missing")]
    [InlineData("<img src='https://example.com/a.png'>", "t", "alt_missing")]
    [InlineData("<img src='https://example.com/a.png' alt=''>", "t", "")]
    [InlineData("<IMG ALT=x SRC=/a.png>", "t", "link_relative")]
    [InlineData("<a href='/orders'>x</a>", "t", "link_relative")]
    [InlineData("<a href=\"orders?x=a:b\">x</a>", "t", "link_relative")]
    [InlineData("<a href='#top'>x</a><a href='mailto:a@example.com'>y</a><a href='https://example.com/'>z</a>", "t", "")]
    [InlineData("<a href='&#x68;ttps://example.com/'>z</a>", "t", "")]
    [InlineData("<!-- <img src=x> --><style>a > b { } <img src=x></style>", "t", "")]
    [InlineData("<td background=bg.png>", "t", "link_relative")]
    public void Of_an_email_pictures_links_and_the_plain_text(string html, string? text, string expected) =>
        string.Join(' ', Codes(ChannelKind.Email, new() { Subject = "s", Html = html, Text = text })).ShouldBe(expected);

    [Fact]
    public void An_email_that_gmail_would_cut_off_says_so()
    {
        Codes(ChannelKind.Email, new() { Html = new string('x', 102 * 1024), Text = "t" }).ShouldBeEmpty();
        Codes(ChannelKind.Email, new() { Html = new string('x', (102 * 1024) + 1), Text = "t" }).ShouldBe(["email_clipped"]);
        Codes(ChannelKind.Email, new() { Html = new string('é', 60_000), Text = "t" }).ShouldBe(["email_clipped"]);
    }

    [Fact]
    public void Of_push_and_whatsapp_what_is_cut_off_or_refused()
    {
        Codes(ChannelKind.Push, new() { Title = new string('t', 66), Body = new string('b', 241) }).ShouldBe(["title_long", "body_long"]);
        Codes(ChannelKind.Push, new() { Title = "t", Body = "b", Data = new Dictionary<string, string> { ["k"] = new('x', 4_096) } }).ShouldBe(["push_too_large"]);
        Codes(ChannelKind.WhatsApp, new() { Text = new string('x', 4_000) }).ShouldBe(["whatsapp_text_long"]);
        Codes(ChannelKind.WhatsApp, new() { Approved = new WhatsAppTemplate("n", "en", $"[\"{new string('x', 1_100)}\"]") }).ShouldBe(["whatsapp_parameters_long"]);
        Codes(ChannelKind.InApp, new() { Title = new string('t', 500), Body = "b" }).ShouldBeEmpty();
    }

    /// <summary>Each is a mebibyte of what makes a browser's tree, or a careless pattern, the square of itself.</summary>
    [Theory]
    [InlineData("<b id=1><p>")]
    [InlineData("<a><table>")]
    [InlineData("<")]
    [InlineData("<a ")]
    [InlineData("<a x=\"")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("<style></styl")]
    [InlineData("<img src=x alt")]
    [InlineData("<a href=a:")]
    [InlineData("&#x68;")]
    [InlineData("<a href='&#x68;&#x68;'>")]
    public void Hostile_html_costs_one_pass(string piece)
    {
        var html = string.Concat(Enumerable.Repeat(piece, 1024 * 1024 / piece.Length));
        var (start, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());

        ContentWarnings.Of(ChannelKind.Email, new() { Html = html, Text = "t" }).Count.ShouldBeLessThan(30);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(96L * 1024 * 1024);
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    private static List<string> Codes(ChannelKind channel, RenderedContent content) => [.. ContentWarnings.Of(channel, content).Select(warning => warning.Code)];
}
