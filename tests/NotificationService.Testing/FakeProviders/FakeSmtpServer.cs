using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NotificationService.Testing.FakeProviders;

/// <summary>An SMTP server on a port of its own, scripted per command. It keeps what it accepted, and what it took but never answered.</summary>
public sealed class FakeSmtpServer : IAsyncDisposable
{
    /// <summary>In place of a reply: the connection is cut.</summary>
    public const string Cut = "cut";

    /// <summary>In place of a reply: nothing, until the client gives up.</summary>
    public const string Silence = "silence";

    /// <summary>In place of a reply: a byte at a time, without end.</summary>
    public const string Drip = "drip";

    /// <summary>In place of a reply: nothing until <see cref="Release"/>, then as usual.</summary>
    public const string Hold = "hold";

    /// <summary>The moments a reply can be scripted for, besides commands by their first word: on connecting, in the middle of a message, after its dot.</summary>
    public const string Greeting = "greeting", InMessage = "in message", AfterMessage = "message";

    /// <summary>RFC 5321's line of a command, with room for the parameters of the extensions.</summary>
    private const int LongestCommand = 1_000;

    private const int LongestLine = 998;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> replies = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<FakeMail> mails = new();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly ConcurrentQueue<string> violations = new();
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;
    private int connections;

    /// <param name="certificate">Offers STARTTLS with it.</param>
    public FakeSmtpServer(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public IReadOnlyList<FakeMail> Mails => [.. mails];

    public IReadOnlyList<string> Commands => [.. commands];

    public int Connections => connections;

    /// <summary>What a real server would have taken offence at, whatever was scripted.</summary>
    public IReadOnlyList<string> Violations => [.. violations];

    /// <summary>Who may sign in, and must where AUTH is offered.</summary>
    public string Username { get; set; } = "mailer";

    public string Password { get; set; } = "secret";

    /// <summary>What EHLO offers besides STARTTLS: "AUTH PLAIN", "PIPELINING", "SIZE 1000" …</summary>
    public IReadOnlyList<string> Offers { get; set; } = ["8BITMIME"];

    /// <summary>The next time this is asked, the server answers so; then as usual.</summary>
    public void Script(string command, params ReadOnlySpan<string> responses)
    {
        var queue = replies.GetOrAdd(command, _ => new ConcurrentQueue<string>());
        foreach (var response in responses)
            queue.Enqueue(response);
    }

    /// <summary>What was held goes on.</summary>
    public void Release() => released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                // Or the second of two replies would wait 40 ms for somebody to say that the first has come.
                client.NoDelay = true;
                Interlocked.Increment(ref connections);
                _ = ServeAsync(client);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await ConverseAsync(client.GetStream(), client);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client left, or was cut off.
        }
    }

    private async Task ConverseAsync(Stream stream, TcpClient client)
    {
        var lines = new FakeSmtpLines(stream);
        var talk = new Talk();
        if (!await ReplyAsync(stream, client, Greeting, "220 fake.test ESMTP"))
            return;
        while (await lines.ReadAsync(stopping.Token) is var (line, isClean))
        {
            commands.Enqueue(line);
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            // A word too many or a line too long would be refused by any server, whatever a test scripted.
            if (BrokenCommand(line, isClean) is { } broken)
            {
                violations.Enqueue($"{broken}: {verb}");
                await WriteAsync(stream, $"500 5.5.2 {broken}");
                continue;
            }

            switch (verb)
            {
                case "EHLO":
                    var tls = certificate is not null && stream is not SslStream ? "250-STARTTLS\r\n" : "";
                    talk.MayPipeline = Offer("PIPELINING") is not null;
                    var offers = string.Concat(Offers.Select(offer => $"250-{offer}\r\n"));
                    talk.Reset();
                    if (!await ReplyAsync(stream, client, verb, $"250-fake.test\r\n{offers}{tls}250 HELP"))
                        return;
                    break;
                case "HELO":
                    talk.Reset();
                    if (!await ReplyAsync(stream, client, verb, "250 fake.test"))
                        return;
                    break;
                case "STARTTLS":
                    if (!await ReplyAsync(stream, client, verb, "220 go ahead"))
                        return;
                    stream = await EncryptAsync(stream);
                    lines = new FakeSmtpLines(stream);
                    break;
                case "AUTH":
                    if (await SignInAsync(stream, client, lines, line) is not { } signed)
                        return;
                    talk.IsSignedIn |= signed.StartsWith('2');
                    break;
                case "MAIL":
                    if (await RespondAsync(stream, client, verb, RefusalOfSender(talk, line) ?? "250 ok") is not { } sender)
                        return;
                    if (sender.StartsWith('2'))
                        (talk.From, talk.To) = (Path(line), []);
                    break;
                case "RCPT":
                    if (await RespondAsync(stream, client, verb, OutOfOrder(talk, talk.From is null, line) ?? "250 ok") is not { } recipient)
                        return;
                    if (recipient.StartsWith('2'))
                        talk.To.Add(Path(line));
                    break;
                case "DATA":
                    // After a refusal a client that asked for everything at once must be answered, and has done nothing wrong.
                    var usual = talk is { From: not null, To.Count: > 0 } ? "354 go on" : "503 5.5.1 no valid recipients";
                    if (await RespondAsync(stream, client, verb, usual) is not { } response)
                        return;
                    if (!response.StartsWith('3'))
                        break;
                    if (await RespondAsync(stream, client, InMessage, "") is null)
                        return;
                    if (await MessageAsync(lines) is not var (source, fault))
                        return;
                    if (fault is not null)
                        violations.Enqueue(fault);
                    mails.Enqueue(new FakeMail(talk.From ?? "", [.. talk.To], source));
                    talk.Reset();
                    if (!await ReplyAsync(stream, client, AfterMessage, fault is null ? "250 queued" : $"550 5.6.0 {fault}"))
                        return;
                    break;
                case "QUIT":
                    await ReplyAsync(stream, client, verb, "221 bye");
                    return;
                default:
                    if (verb == "RSET")
                        talk.Reset();
                    if (!await ReplyAsync(stream, client, verb, verb is "RSET" or "NOOP" ? "250 ok" : "502 no such command"))
                        return;
                    break;
            }
        }
    }

    /// <summary>What a server knows of one conversation.</summary>
    private sealed class Talk
    {
        public string? From { get; set; }

        public List<string> To { get; set; } = [];

        public bool IsSignedIn { get; set; }

        /// <summary>As it was offered in this conversation, whatever is offered by now.</summary>
        public bool MayPipeline { get; set; }

        public void Reset() => (From, To) = (null, []);
    }

    private static string? BrokenCommand(string line, bool isClean) => !isClean ? "a line ends in CR and LF, and has neither besides"
        : line.Length > LongestCommand ? "the command is too long"
        : null;

    private string? RefusalOfSender(Talk talk, string line)
    {
        if (!talk.IsSignedIn && Offer("AUTH") is not null)
            return "530 5.7.0 sign in first";
        if (OutOfOrder(talk, talk.From is not null, line) is { } nested)
            return nested;
        var size = line.IndexOf(" SIZE=", StringComparison.OrdinalIgnoreCase) is > 0 and var at ? long.Parse(line[(at + 6)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
        return size > Largest ? "552 5.3.4 too large" : null;
    }

    private string? OutOfOrder(Talk talk, bool isWrong, string line)
    {
        if (!isWrong)
            return null;
        if (!talk.MayPipeline)
            violations.Enqueue($"out of order: {line.Split(' ', ':')[0]}");
        return "503 5.5.1 bad sequence of commands";
    }

    private string? Offer(string keyword) => Offers.FirstOrDefault(offer => offer.Split(' ')[0] == keyword);

    /// <summary>What SIZE offers, if anything.</summary>
    private long Largest => Offer("SIZE")?.Split(' ') is [_, var size] ? long.Parse(size, System.Globalization.CultureInfo.InvariantCulture) : long.MaxValue;

    private async Task<SslStream> EncryptAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate!, additionalCertificates: null, offline: true) }, stopping.Token);
        return secure;
    }

    /// <summary>The response that was given; null when the connection was cut.</summary>
    private async Task<string?> SignInAsync(Stream stream, TcpClient client, FakeSmtpLines lines, string line)
    {
        // AUTH LOGIN <user>: the password is asked for; AUTH PLAIN <all>: it is there already.
        var words = line.Split(' ');
        var (mechanism, given) = (words.ElementAtOrDefault(1)?.ToUpperInvariant() ?? "", words.Skip(2).ToList());
        if (Offer("AUTH")?.Split(' ').Skip(1).Contains(mechanism) != true)
            return await RespondAsync(stream, client, "AUTH", "504 5.5.4 not offered");
        while (given.Count < (mechanism == "LOGIN" ? 2 : 1))
        {
            await WriteAsync(stream, given.Count == 0 && mechanism == "LOGIN" ? "334 VXNlcm5hbWU6" : "334 UGFzc3dvcmQ6");
            given.Add((await lines.ReadAsync(stopping.Token))?.Text ?? "");
            commands.Enqueue(given[^1]);
        }

        var expected = (mechanism == "LOGIN" ? [Username, Password] : new[] { $"\0{Username}\0{Password}" }).Select(text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        return await RespondAsync(stream, client, "AUTH", given.SequenceEqual(expected) ? "235 welcome" : "535 5.7.8 wrong");
    }

    /// <summary>The message, and what is wrong with its lines; null when the client left before its end.</summary>
    private async Task<(string Source, string? Fault)?> MessageAsync(FakeSmtpLines lines)
    {
        var (source, fault) = (new StringBuilder(), default(string));
        while (await lines.ReadAsync(stopping.Token) is var (line, isClean))
        {
            if (line == ".")
                return (source.ToString(), fault ?? (source.Length > Largest ? "the message is larger than SIZE allows" : null));
            var text = line.StartsWith('.') ? line[1..] : line;
            fault ??= !isClean ? "a line of the message has a CR or LF by itself" : text.Length > LongestLine ? "a line of the message is longer than 998 characters" : null;
            source.Append(text).Append("\r\n");
        }

        return null;
    }

    private async Task<bool> ReplyAsync(Stream stream, TcpClient client, string moment, string usual) =>
        await RespondAsync(stream, client, moment, usual) is not null;

    private Task WriteAsync(Stream stream, string response) => stream.WriteAsync(Encoding.ASCII.GetBytes(response + "\r\n"), stopping.Token).AsTask();

    /// <summary>Null: the connection was cut.</summary>
    private async Task<string?> RespondAsync(Stream stream, TcpClient client, string moment, string usual)
    {
        var response = replies.TryGetValue(moment, out var queue) && queue.TryDequeue(out var scripted) ? scripted : usual;
        if (response == Hold)
        {
            await released.Task.WaitAsync(stopping.Token);
            response = usual;
        }

        if (response == Silence)
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
        if (response == Cut)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Close();
            return null;
        }

        for (; response == Drip; await Task.Delay(50, stopping.Token))
            await stream.WriteAsync("2"u8.ToArray(), stopping.Token);
        if (response.Length > 0)
            await WriteAsync(stream, response);
        return response;
    }

    private static string Path(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
}
