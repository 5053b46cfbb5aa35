using System.Collections.Frozen;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>What had been sent to the server when it refused; the same code means another thing at another place.</summary>
internal enum SmtpStage
{
    /// <summary>To end what the message before left open.</summary>
    Reset,
    Sender,
    Recipient,

    /// <summary>DATA, and the verdict on the whole message.</summary>
    Message,
}

/// <summary>What a refusal by an SMTP server means for a message.</summary>
internal static class SmtpErrors
{
    /// <summary>
    /// No such mailbox, no such domain, no address at all, moved without a word where to, a domain that takes no mail, a
    /// mailbox shut down (RFC 3463, RFC 7505). A bare 550 is not among them: servers say it of what they think is spam, too.
    /// </summary>
    private static readonly FrozenSet<string> DeadAddress = FrozenSet.Create("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1");

    /// <summary>Too many messages or connections at once, by the codes that large mailbox providers use.</summary>
    private static readonly FrozenSet<string> TooMuch = FrozenSet.Create("4.7.28", "4.4.5", "4.5.3");

    /// <summary>The messages of a day are used up: Google and Microsoft say it of the account, with a code that begins with a 5.</summary>
    private const string DailyLimit = "5.4.5";

    private static readonly TimeSpan UntilLimitIsLifted = TimeSpan.FromHours(1);

    /// <summary>Microsoft 365 refuses the account and not the message: it may not send as this sender, or from here.</summary>
    private static readonly FrozenSet<string> OfTheAccount = FrozenSet.Create("5.7.60", "5.2.252", "5.7.708");

    /// <summary>Greeting, EHLO, STARTTLS: nothing of it is about a message.</summary>
    public static ProviderResult.Deferred OfOpening(SmtpReply reply) => reply.Code == 530
        ? SignIn(reply)
        : new ProviderResult.Deferred($"smtp_{reply.Code}", Words($"the SMTP server does not take mail from us: {reply.Code}", reply));

    public static ProviderResult.Deferred OfSignIn(SmtpReply reply) => reply.Code >= 500
        ? SignIn(reply)
        : new ProviderResult.Deferred($"smtp_{reply.Code}", $"the SMTP server could not check the sign-in: {reply.Code}");

    public static ProviderResult Of(SmtpStage stage, SmtpReply reply) => (stage, reply.Code) switch
    {
        (_, 530 or 534 or 535 or 538) => SignIn(reply),
        (_, >= 500) when reply.Status == DailyLimit =>
            new ProviderResult.Deferred($"smtp_{reply.Code}", Words("the account has sent what it may in a day", reply), UntilLimitIsLifted, DeferralCause.Throttled),
        (_, >= 500) when OfTheAccount.Contains(reply.Status) => SenderRefused(reply),
        (SmtpStage.Recipient, >= 400 and < 500) when !IsOfServer(reply) =>
            new ProviderResult.Deferred($"smtp_{reply.Code}", Words($"the SMTP server does not take it for this recipient yet: {reply.Code}", reply), Cause: DeferralCause.Message),
        (_, >= 400 and < 500) => new ProviderResult.Deferred(
            $"smtp_{reply.Code}", Words($"the SMTP server answered {reply.Code}", reply), Cause: TooMuch.Contains(reply.Status) ? DeferralCause.Throttled : DeferralCause.Temporary),
        // Another message of another size may go through, but not one from another of our senders.
        (SmtpStage.Sender, >= 500 and not (523 or 552)) => SenderRefused(reply),
        (SmtpStage.Recipient or SmtpStage.Message, >= 500) when DeadAddress.Contains(reply.Status) =>
            new ProviderResult.Rejected($"smtp_{reply.Code}", Words($"the SMTP server knows no such address: {reply.Code}", reply), RejectionCause.Address),
        (_, >= 500) => new ProviderResult.Rejected($"smtp_{reply.Code}", Words($"the SMTP server refused the message with {reply.Code}", reply)),
        _ => new ProviderResult.Deferred("answer_broken", $"the SMTP server answered {reply.Code}, which means nothing here"),
    };

    /// <summary>The server offers no SMTPUTF8: the next provider may, and a sender whom it cannot name is the configuration's fault.</summary>
    public static ProviderResult WithoutUtf8(SmtpMail mail) => mail.Utf8Sender
        ? new ProviderResult.Deferred("credentials_sender_refused", "the SMTP server takes no addresses beyond ASCII (it offers no SMTPUTF8), and the sender has one", Cause: DeferralCause.Credentials)
        : new ProviderResult.Rejected("smtputf8_unsupported", "the SMTP server takes no addresses beyond ASCII: it offers no SMTPUTF8", RejectionCause.Provider);

    /// <summary>Whether it is about the server or the whole conversation, and not about one recipient: greylisting and a full mailbox say nothing of the next.</summary>
    private static bool IsOfServer(SmtpReply reply) => reply.IsClosing || TooMuch.Contains(reply.Status)
        || reply.Status.StartsWith("4.3.", StringComparison.Ordinal) || reply.Status.StartsWith("4.4.", StringComparison.Ordinal)
        || (reply is { Code: 452, Status: "" }); // by itself: the server's storage is full

    private static ProviderResult.Deferred SenderRefused(SmtpReply reply) =>
        new("credentials_sender_refused", Words($"the SMTP server refused the sender with {reply.Code}", reply), Cause: DeferralCause.Credentials);

    /// <summary>Without the server's words: they may repeat what was sent.</summary>
    private static ProviderResult.Deferred SignIn(SmtpReply reply) => new("credentials_refused", $"the SMTP server refused the sign-in with {reply.Code}", Cause: DeferralCause.Credentials);

    private static string Words(string ours, SmtpReply reply)
    {
        var theirs = VendorText.Clean(string.Join(' ', reply.Lines));
        return theirs.Length == 0 ? ours : $"{ours}: {theirs}";
    }
}
