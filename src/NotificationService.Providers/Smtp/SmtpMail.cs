using System.Text;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>One e-mail as an SMTP server takes it.</summary>
/// <param name="Id">Our id of it, the same for every attempt, so that a mail server or reader can see that two copies are one message.</param>
/// <param name="From">The envelope's sender.</param>
/// <param name="To">The envelope's recipient.</param>
/// <param name="Utf8Recipient">Whether the recipient's address is beyond ASCII.</param>
/// <param name="Utf8Sender">Whether one of the sender's is.</param>
/// <param name="Source">Headers and body; every line ends in CRLF and none begins with a dot.</param>
internal sealed record SmtpMail(string Id, string From, string To, bool Utf8Recipient, bool Utf8Sender, ReadOnlyMemory<byte> Source)
{
    /// <summary>Only a server that offers SMTPUTF8 takes it (RFC 6531).</summary>
    public bool NeedsUtf8 => Utf8Recipient || Utf8Sender;

    /// <summary>Null when the address is none that SMTP can carry.</summary>
    public static SmtpMail? Of(SmtpSettings settings, ProviderCall call, ChannelMessage.Email email, DateTimeOffset now)
    {
        if (Mailboxes.ForEnvelope(email.To.Address) is not { } to || Mailboxes.ForEnvelope(settings.From.Address) is not { } from)
            return null;
        var id = $"{call.Delivery.Value}@{from[(from.LastIndexOf('@') + 1)..]}";
        var writer = new MimeWriter();
        writer.Header("Date", now.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", System.Globalization.CultureInfo.InvariantCulture));
        writer.Mailbox("From", from, settings.From.Name);
        writer.Mailbox("To", to, email.To.Name);
        var replyTo = settings.ReplyTo is null ? null : Mailboxes.ForEnvelope(settings.ReplyTo.Address);
        if (replyTo is not null)
            writer.Mailbox("Reply-To", replyTo, settings.ReplyTo!.Name);
        writer.Text("Subject", HeaderText.OneLine(email.Subject));
        writer.Header("Message-ID", $"<{id}>");
        foreach (var (name, value) in ListUnsubscribe.Of(settings.Unsubscribe, call))
            writer.Header(name, value.Replace(", ", ",\r\n ", StringComparison.Ordinal)); // a line may have 998 characters
        writer.Header("Auto-Submitted", "auto-generated"); // so that nobody's absence notice answers it (RFC 3834)
        writer.Header("MIME-Version", "1.0");
        writer.Body(email.Text, email.Html, boundary: $"=_{call.Delivery.Value:N}");
        return new SmtpMail(id, from, to, !Ascii.IsValid(to), !Ascii.IsValid(from) || !Ascii.IsValid(replyTo), writer.Written);
    }
}
