using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>One e-mail as the SMTP client takes it, and whether any of it has been handed over.</summary>
internal sealed class SmtpMail : IDisposable
{
    private readonly List<WatchedContent> parts = [];

    private SmtpMail(MailMessage message) => Message = message;

    public MailMessage Message { get; }

    public bool HandingOver => parts.Exists(part => part.WasRead);

    /// <summary>Null when the address is none that SMTP can carry.</summary>
    public static SmtpMail? Of(SmtpSettings settings, ProviderCall call, ChannelMessage.Email email)
    {
        if (!MailAddress.TryCreate(email.To.Address, email.To.Name is null ? null : OneLine(email.To.Name), Encoding.UTF8, out var to))
            return null;
        var from = new MailAddress(settings.From.Address, settings.From.Name, Encoding.UTF8);
        var mail = new SmtpMail(new MailMessage { From = from, Subject = OneLine(email.Subject), SubjectEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8 });
        mail.Message.To.Add(to);
        if (settings.ReplyTo is { } replyTo)
            mail.Message.ReplyToList.Add(new MailAddress(replyTo.Address, replyTo.Name, Encoding.UTF8));
        // The same for every attempt, so that a mail server or reader can see that two copies are one message.
        mail.Message.Headers.Add("Message-ID", MessageId(settings, call));
        // The last alternative is the one to prefer.
        mail.Add(email.Text, MediaTypeNames.Text.Plain);
        mail.Add(email.Html, MediaTypeNames.Text.Html);
        return mail;
    }

    public static string MessageId(SmtpSettings settings, ProviderCall call) =>
        $"<{call.Delivery.Value}@{settings.From.Address[(settings.From.Address.LastIndexOf('@') + 1)..]}>";

    public void Dispose() => Message.Dispose();

    private void Add(string? text, string type)
    {
        if (text is null)
            return;
        var content = new WatchedContent(text);
        parts.Add(content);
        Message.AlternateViews.Add(new AlternateView(content, new ContentType(type) { CharSet = "utf-8" }) { TransferEncoding = TransferEncoding.Base64 });
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}
