using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Smtp;
using NotificationService.Storage;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>The message as a mail server and a reader see it.</summary>
public sealed class SmtpMailTests : IAsyncDisposable
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly FakeSmtpServer server = new();
    private readonly IProvider provider;

    public SmtpMailTests() => provider = new SmtpType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), new Testing.ManualTime(), new PublicUrl(Value: null))
        .Create(SmtpSetup.Configuration("127.0.0.1", server.Port));

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        server.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Headers_and_both_alternatives_are_as_RFC_5322_and_2046_have_them()
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com", "Ann \"A\" Example"), "Your order", "<p>Hi</p>", "Hi"), out var call);

        mail.From.ShouldBe("orders@example.com");
        mail.To.ShouldBe(["ann@example.com"]);
        var boundary = $"=_{call.Delivery.Value:N}";
        mail.Headers.ShouldBe(
        [
            ("Date", "Sat, 31 Jan 2026 09:30:00 +0000"),
            ("From", "\"Orders\" <orders@example.com>"),
            ("To", "\"Ann \\\"A\\\" Example\" <ann@example.com>"),
            ("Subject", "Your order"),
            ("Message-ID", $"<{call.Delivery}@example.com>"),
            ("Auto-Submitted", "auto-generated"),
            ("MIME-Version", "1.0"),
            ("Content-Type", $"multipart/alternative; boundary=\"{boundary}\""),
        ]);
        mail.Body.ShouldBe($"""
            --{boundary}
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hi
            --{boundary}
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>Hi</p>
            --{boundary}--

            """.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public async Task A_mail_program_can_unsubscribe_its_reader()
    {
        var configuration = SmtpSetup.Configuration("127.0.0.1", server.Port);
        var settings = System.Text.Json.Nodes.JsonObject.Create(configuration.Settings)!;
        settings["unsubscribe"] = System.Text.Json.Nodes.JsonNode.Parse($$"""{"url":"https://example.com/{{new string('u', 800)}}?d={deliveryId}","email":"off@example.com"}""");
        var type = new SmtpType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System, new PublicUrl(Value: null));
        var call = Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, "t"));

        await type.Create(configuration with { Settings = System.Text.Json.JsonElement.Parse(settings.ToJsonString()) }).SendAsync(call, CancellationToken.None);

        var mail = server.Mails.ShouldHaveSingleItem();
        mail.Header("List-Unsubscribe").ShouldBe($"<https://example.com/{new string('u', 800)}?d={call.Delivery}>, <mailto:off@example.com?subject=unsubscribe>");
        mail.Header("List-Unsubscribe-Post").ShouldBe("List-Unsubscribe=One-Click");
        Lines(mail).ShouldAllBe(line => line.Length <= 998);
    }

    /// <summary>The page of this service, unless the provider's setting names another.</summary>
    [Theory]
    [InlineData(null, "<https://notify.example.com/u/t>")]
    [InlineData("""{"email":"off@example.com"}""", "<https://notify.example.com/u/t>, <mailto:off@example.com?subject=unsubscribe>")]
    [InlineData("""{"url":"https://example.com/own"}""", "<https://example.com/own>")]
    public async Task Marketing_has_a_link_to_our_page_unless_the_provider_names_another(string? setting, string header)
    {
        var configuration = SmtpSetup.Configuration("127.0.0.1", server.Port);
        var settings = System.Text.Json.Nodes.JsonObject.Create(configuration.Settings)!;
        settings["unsubscribe"] = setting is null ? null : System.Text.Json.Nodes.JsonNode.Parse(setting);
        if (setting is null)
            settings.Remove("unsubscribe");
        var type = new SmtpType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System, new PublicUrl(Value: null));
        var call = Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, "t")) with { UnsubscribeUrl = "https://notify.example.com/u/t" };

        await type.Create(configuration with { Settings = System.Text.Json.JsonElement.Parse(settings.ToJsonString()) }).SendAsync(call, CancellationToken.None);

        var mail = server.Mails.ShouldHaveSingleItem();
        (mail.Header("List-Unsubscribe"), mail.Header("List-Unsubscribe-Post")).ShouldBe((header, "List-Unsubscribe=One-Click"));
    }

    [Fact]
    public async Task Every_attempt_has_the_same_id()
    {
        var call = Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, "t"));

        var first = await provider.SendAsync(call, CancellationToken.None);
        var second = await provider.SendAsync(call with { Attempt = 2 }, CancellationToken.None);

        second.ShouldBe(first);
        first.ShouldBe(new ProviderResult.Accepted($"{call.Delivery}@example.com"));
        server.Mails.Select(mail => mail.Header("Message-ID")).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("Your order\r\nBcc: eve@example.com", "Your order  Bcc: eve@example.com")]
    [InlineData("Votre commande n° 7 – prête 🎁", "Votre commande n° 7 – prête 🎁")]
    [InlineData("=?utf-8?Q?not_ours?=", "=?utf-8?Q?not_ours?=")]
    public async Task A_subject_stays_one_header(string subject, string read)
    {
        foreach (var times in new[] { 1, 40 })
        {
            var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com"), string.Concat(Enumerable.Repeat(subject, times)), null, "t"));

            Decoded(mail.Header("Subject")).ShouldBe(string.Concat(Enumerable.Repeat(read, times)));
            mail.Headers.Count.ShouldBe(9);
            Lines(mail).ShouldAllBe(line => line.Length <= 200 && line.All(char.IsAscii));
        }
    }

    [Fact]
    public async Task A_name_beyond_ASCII_is_encoded_and_cannot_add_a_header()
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com", "Änn\r\nX-Evil: 1"), "s", null, "t"));

        Decoded(mail.Header("To")).ShouldBe("Änn  X-Evil: 1 <ann@example.com>");
        mail.Headers.ShouldNotContain(header => header.Name == "X-Evil");
    }

    [Theory]
    [InlineData("=?utf-8?Q?Your_bank?=", "=?utf-8?Q?Your_bank?= <ann@example.com>")]
    [InlineData("Ann =?utf-8?B?QQ==?=", "Ann =?utf-8?B?QQ==?= <ann@example.com>")]
    public async Task A_name_that_looks_like_an_encoded_word_is_shown_as_it_was_written(string name, string read)
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com", name), "s", null, "t"));

        mail.Header("To").ShouldNotContain(name);
        Decoded(mail.Header("To")).ShouldBe(read);
    }

    [Fact]
    public async Task Any_subject_and_name_is_read_as_it_was_written_in_lines_of_76_characters()
    {
        var parts = Gen.Elements("a", "é", "ß", "日本", "🎁", " ", "=?", "?=", "\"", "\\", "Ünïcödé", "order", "=", "_", ",", "<", ">", "Заказ", new string('x', 60));
        var texts = parts.ListOf().Select(some => string.Concat(some).Trim()).Sample(60, 40).Where(text => text.Length > 0)
            .Concat(Enumerable.Range(1, 60).Select(length => new string('é', length))).Concat(Enumerable.Range(1, 40).Select(length => $"{new string('a', length)}日本語🎁{new string('b', length)}"));
        string[] addresses = ["a@b.cc", $"{new string('a', 60)}@{new string('b', 60)}.example.com"];
        foreach (var text in texts)
        {
            foreach (var address in addresses)
            {
                var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress(address, text), text, null, "t"));

                Decoded(mail.Header("Subject")).ShouldBe(text);
                mail.Header("To").ShouldEndWith($" <{address}>");
                Display(mail.Header("To")[..^(address.Length + 3)]).ShouldBe(text);
                foreach (var line in mail.Source[..mail.Source.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n"))
                {
                    line.All(char.IsAscii).ShouldBeTrue();
                    if (line.Contains("=?utf-8?B?", StringComparison.Ordinal))
                        line.Length.ShouldBeLessThanOrEqualTo(76, line);
                    else
                        line.Length.ShouldBeLessThanOrEqualTo(998);
                }
            }
        }
    }

    [Theory]
    [InlineData("<p>Hi <b>Ann</b>,</p><p>it&#39;s on its&nbsp;way &amp; soon there.</p>", "Hi Ann,\n\nit's on its way & soon there.")]
    [InlineData("<html><head><title>Order</title><style>p { color: red }</style></head><body><!-- <p>not</p> --><p>Hi</p><script>alert('<p>x</p>')</script></body></html>", "Hi")]
    [InlineData("<div>one</div><div>two<br>three<br><br>four</div>", "one\ntwo\nthree\n\nfour")]
    [InlineData("<ul><li>first</li><li>second</li></ul>end", "- first\n- second\n\nend")]
    [InlineData("<a href=\"https://x.example/a?b=1&amp;c=2\">Track it</a>", "Track it (https://x.example/a?b=1&c=2)")]
    [InlineData("<a class=x href='https://x.example'>https://x.example</a> or <a href=\"mailto:help@x.example\">help@x.example</a>", "https://x.example or help@x.example")]
    [InlineData("<a href=\"https://x.example\"><img src=\"cid:1\" alt=\"Shop\"></a>", "Shop (https://x.example)")]
    [InlineData("<a href=\"javascript:alert(1)\">Click</a><a title=\"href=x\" data-href='https://y.example'>here</a>", "Clickhere")]
    [InlineData("<table><tr><td>Shoes</td><td>2</td></tr><tr><td>Hat</td><td>1</td></tr></table>", "Shoes 2\nHat 1")]
    [InlineData("3 < 4 and a<b and 5 > 2 &lt;p&gt; <3", "3 < 4 and a 2 <p> <3")]
    [InlineData("1 < 2 &unknown; &#x1F381; <p title=\"a>b\">x</p>", "1 < 2 &unknown; 🎁\n\nx")]
    [InlineData("Hi<!-- never closed <p>secret</p>", "Hi")]
    [InlineData("Hi<style>never closed", "Hi")]
    [InlineData("Hi<p never closed", "Hi")]
    public async Task Mail_that_has_HTML_only_gets_its_text_beside_it(string html, string text)
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", html, null));

        var parts = mail.Body.Split($"--{mail.Header("Content-Type").Split('"')[1]}");
        parts.Length.ShouldBe(4);
        parts[1].ShouldStartWith("\r\nContent-Type: text/plain; charset=utf-8\r\n");
        Content(parts[1]).ShouldBe(text);
        parts[2].ShouldStartWith("\r\nContent-Type: text/html; charset=utf-8\r\n");
        Content(parts[2]).ShouldBe(html);
    }

    [Fact]
    public async Task Where_the_HTML_has_nothing_to_read_it_stays_alone()
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", "<p> <img src=\"https://x.example/a.png\">&nbsp;</p>", null));

        mail.Header("Content-Type").ShouldBe("text/html; charset=utf-8");
    }

    /// <summary>Each of them would take for ever if anything were looked for again from every place in it.</summary>
    [Theory]
    [InlineData("<")]
    [InlineData("<a ")]
    [InlineData("<a href=\"")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("</")]
    [InlineData("<a href=https://x.example/a>")]
    [InlineData("<li>")]
    [InlineData("&amp;")]
    [InlineData("&")]
    [InlineData("<p a=b ")]
    [InlineData("=")]
    public async Task HTML_of_megabytes_is_read_once_and_its_text_is_bounded(string part)
    {
        var html = string.Concat(Enumerable.Repeat(part, 4_000_000 / part.Length));

        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", html, null));

        mail.Source.Length.ShouldBeLessThan((html.Length * 7 / 2) + 400_000);
    }

    [Theory]
    [InlineData(".\r\nQUIT\r\n..two\n.")]
    [InlineData("trailing blank \r\nand tab\t\nand = and the end ")]
    [InlineData("Заказ отправлен, письмо кириллицей")]
    [InlineData("日本語のメール🎁")]
    [InlineData("\r\n\r\n")]
    [InlineData("x")]
    public async Task Whatever_the_text_holds_arrives_as_it_was(string text)
    {
        foreach (var times in new[] { 1, 30 })
            await ArrivesAsync(string.Concat(Enumerable.Repeat(text, times)));
    }

    [Fact]
    public async Task Any_text_arrives_as_it_was_in_short_ASCII_lines()
    {
        var texts = Gen.Elements(".", "=", " ", "\t", "a", "é", "🎁", "\r\n", "\n", "\r", "word ", "--", new string('y', 75)).ListOf().Select(string.Concat).Sample(200, 60);
        foreach (var text in texts.Where(text => text.Length > 0))
            await ArrivesAsync(text);
    }

    private async Task ArrivesAsync(string text)
    {
        var mail = await SendAsync(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, text));

        var bytes = mail.Header("Content-Transfer-Encoding") == "base64" ? Convert.FromBase64String(mail.Body) : QuotedPrintable(mail.Body);
        // A text that does not end with a line break has got one by the end of the body.
        Normal(Encoding.UTF8.GetString(bytes)).ShouldBe(Normal(text));
        Lines(mail).ShouldAllBe(line => line.Length <= 76 + 22 && line.All(char.IsAscii));
    }

    /// <summary>As a mail program shows it: a quoted string without its quotes, or encoded words.</summary>
    private static string Display(string name) => name.StartsWith('"') ? System.Text.RegularExpressions.Regex.Replace(name[1..^1], @"\\(.)", "$1") : Decoded(name);

    /// <summary>What a part holds, without the line break that ends it.</summary>
    private static string Content(string part)
    {
        var body = part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var bytes = part.Contains("base64", StringComparison.Ordinal) ? Convert.FromBase64String(body) : QuotedPrintable(body);
        return Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static string Normal(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return lines.EndsWith('\n') ? lines : lines + "\n";
    }

    private static byte[] QuotedPrintable(string body)
    {
        var text = body.Replace("=\r\n", "", StringComparison.Ordinal);
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length; at++)
        {
            bytes.Add(text[at] == '=' ? Convert.FromHexString(text.AsSpan(at + 1, 2))[0] : (byte)text[at]);
            at += text[at] == '=' ? 2 : 0;
        }

        return [.. bytes];
    }

    /// <summary>Encoded words next to each other are one text; what stands between them and is none stays.</summary>
    private static string Decoded(string header) => System.Text.RegularExpressions.Regex.Replace(
        header.Replace("?= =?utf-8?B?", "?==?utf-8?B?", StringComparison.Ordinal), @"=\?utf-8\?B\?([^?]*)\?=",
        match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value)));

    private static string[] Lines(FakeMail mail) => mail.Source.Split("\r\n");

    private Task<FakeMail> SendAsync(ChannelMessage.Email email) => SendAsync(email, out _);

    private Task<FakeMail> SendAsync(ChannelMessage.Email email, out ProviderCall call) => SendAsync(call = Call(email));

    private async Task<FakeMail> SendAsync(ProviderCall call)
    {
        (await provider.SendAsync(call, CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        return server.Mails[^1];
    }

    private static ProviderCall Call(ChannelMessage.Email email) =>
        new(NotificationId.From(Ids.Next()).Delivery(ChannelKind.Email), 1, email, null, Priority.Normal, null, TimeSpan.FromSeconds(10));
}
