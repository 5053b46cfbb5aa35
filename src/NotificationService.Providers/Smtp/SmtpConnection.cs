using System.Net.Sockets;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>One open conversation: hands over one message after another.</summary>
internal sealed class SmtpConnection(Stream stream, Socket socket, SmtpWire wire, SmtpReply offered) : IAsyncDisposable
{
    private static readonly byte[] EndOfData = ".\r\n"u8.ToArray();

    private readonly bool pipelines = offered.Extension("PIPELINING") is not null;
    private readonly bool takesSize = offered.Extension("SIZE") is not null;
    private readonly bool takesUtf8 = offered.Extension("SMTPUTF8") is not null;
    private bool used;
    private bool alive;
    private bool isFit = true;

    /// <summary>From the end-of-data dot on, nobody but the server knows whether the message goes out.</summary>
    public bool HandingOver { get; private set; }

    /// <summary>
    /// False when the next message needs another connection: the server closes this one, said what nobody understands, or owes a reply. That holds
    /// for every way in which a message can end here, an exception and a cancelled call included.
    /// </summary>
    public bool IsUsable => isFit && wire.IsInStep;

    /// <summary>Whether the server closed it, or wrote that it will, since the last message.</summary>
    public bool HasDied => wire.HasUnread || socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    /// <summary>Hands one message over. Null when the connection turned out to be dead before the server had any of it: nothing happened.</summary>
    public async Task<ProviderResult?> SendAsync(SmtpMail mail, CancellationToken cancellationToken)
    {
        (HandingOver, alive) = (false, !used);
        if (mail.NeedsUtf8 && !takesUtf8)
            return SmtpErrors.WithoutUtf8(mail);

        try
        {
            var refusal = await AnnounceAsync(mail, cancellationToken);
            return alive && refusal is null ? await SubmitAsync(mail, cancellationToken) : refusal;
        }
        catch (IOException exception)
        {
            if (!alive)
                return null;
            var what = exception is SmtpProtocolException ? exception.Message : "the connection to the SMTP server broke";
            return HandingOver
                ? new ProviderResult.Ambiguous("answer_broken", $"the message was handed over, but {what}")
                : new ProviderResult.Deferred("answer_broken", $"{what}, before the message was handed over");
        }
    }

    /// <summary>Why the server would take no mail from this sender, or null if it would. Nothing is sent.</summary>
    public async Task<string?> RefusalOfAsync(string sender, CancellationToken cancellationToken)
    {
        var reply = await wire.AskAsync($"MAIL FROM:<{sender}>", cancellationToken);
        if (reply.Code == 250)
            await wire.AskAsync("RSET", cancellationToken);
        return reply.Code == 250 ? null : SmtpErrors.Of(SmtpStage.Sender, reply) switch
        {
            ProviderResult.Deferred deferred => deferred.Message,
            ProviderResult.Rejected rejected => rejected.Message,
            _ => "the SMTP server refused the sender",
        };
    }

    /// <summary>Takes leave, if that takes no time, and closes.</summary>
    public async Task QuitAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await wire.WriteAsync("QUIT\r\n", replies: 1, limit.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It is closed either way.
        }

        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <summary>Sender, recipient, and whether the server will have the message; together where it allows that. Null when it will.</summary>
    private async Task<ProviderResult?> AnnounceAsync(SmtpMail mail, CancellationToken cancellationToken)
    {
        var from = $"MAIL FROM:<{mail.From}>{(takesSize ? $" SIZE={mail.Source.Length}" : "")}{(mail.NeedsUtf8 ? " SMTPUTF8" : "")}\r\n";
        (SmtpStage Stage, string Line)[] commands =
            [(SmtpStage.Reset, "RSET\r\n"), (SmtpStage.Sender, from), (SmtpStage.Recipient, $"RCPT TO:<{mail.To}>\r\n"), (SmtpStage.Message, "DATA\r\n")];
        var first = used ? 0 : 1; // RSET ends whatever the last message left open
        used = true;
        if (pipelines)
            await wire.WriteAsync(string.Concat(commands[first..].Select(command => command.Line)), commands.Length - first, cancellationToken);
        ProviderResult? refusal = null;
        foreach (var (stage, line) in commands[first..])
        {
            if (!pipelines)
                await wire.WriteAsync(line, replies: 1, cancellationToken);
            var reply = await wire.ReadReplyAsync(cancellationToken);
            isFit &= Fits(stage, reply);
            if (stage == SmtpStage.Reset && reply.Code != 250)
            {
                isFit = false;
                return null; // it was on its way out
            }

            alive = true;
            // If it wants the message in spite of a refusal before, the connection is given up rather than explained to.
            isFit &= !(stage == SmtpStage.Message && refusal is not null && IsTaken(stage, reply));
            if (!IsTaken(stage, reply))
                refusal ??= SmtpErrors.Of(stage, reply);
            // Whoever asked for everything at once reads all answers, unless no more can be meant for what was asked.
            if (refusal is not null && (!pipelines || !isFit))
                return refusal;
        }

        return refusal;
    }

    private async Task<ProviderResult> SubmitAsync(SmtpMail mail, CancellationToken cancellationToken)
    {
        await wire.WriteAsync(mail.Source, replies: 1, cancellationToken);
        HandingOver = true;
        await wire.WriteAsync(EndOfData, replies: 0, cancellationToken);
        var verdict = await wire.ReadReplyAsync(cancellationToken);
        isFit &= !verdict.IsClosing && !IsIntermediate(verdict);
        return verdict.Code switch
        {
            < 300 => new ProviderResult.Accepted(mail.Id),
            >= 400 => SmtpErrors.Of(SmtpStage.Message, verdict),
            _ => new ProviderResult.Ambiguous("answer_broken", $"the SMTP server answered the message with {verdict.Code}, which means nothing here"),
        };
    }

    /// <summary>Whether it can be the reply to this command at all: the success that it has, or a refusal. Any other means that the two sides are out of step.</summary>
    private static bool Fits(SmtpStage stage, SmtpReply reply) => !reply.IsClosing && (IsTaken(stage, reply) || reply.Code >= 400);

    private static bool IsIntermediate(SmtpReply reply) => reply.Code is >= 300 and < 400;

    private static bool IsTaken(SmtpStage stage, SmtpReply reply) =>
        stage == SmtpStage.Message ? reply.Code == 354 : stage == SmtpStage.Recipient ? reply.Code is 250 or 251 or 252 : reply.Code == 250;
}
