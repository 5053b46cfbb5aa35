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

    /// <summary>The moments a reply can be scripted for, besides commands by their first word: on connecting, in the middle of a message, after its dot.</summary>
    public const string Greeting = "greeting", InMessage = "in message", AfterMessage = "message";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> replies = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<FakeMail> mails = new();
    private readonly ConcurrentQueue<string> commands = new();
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

    /// <summary>What EHLO offers besides STARTTLS: "AUTH PLAIN", "PIPELINING" … Any sign-in is accepted unless AUTH is scripted.</summary>
    public IReadOnlyList<string> Offers { get; set; } = ["8BITMIME"];

    /// <summary>The next time this is asked, the server answers so; then as usual.</summary>
    public void Script(string command, params ReadOnlySpan<string> answers)
    {
        var queue = replies.GetOrAdd(command, _ => new ConcurrentQueue<string>());
        foreach (var answer in answers)
            queue.Enqueue(answer);
    }

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
                Interlocked.Increment(ref connections);
                _ = ServeAsync(client);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
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
        var lines = new StreamReader(stream, Encoding.Latin1);
        var (from, to) = ("", new List<string>());
        if (!await ReplyAsync(stream, client, Greeting, "220 fake.test ESMTP"))
            return;
        while (await lines.ReadLineAsync(stopping.Token) is { } line)
        {
            commands.Enqueue(line);
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    var tls = certificate is not null && stream is not SslStream ? "250-STARTTLS\r\n" : "";
                    var offers = string.Concat(Offers.Select(offer => $"250-{offer}\r\n"));
                    if (!await ReplyAsync(stream, client, verb, $"250-fake.test\r\n{offers}{tls}250 HELP"))
                        return;
                    break;
                case "STARTTLS":
                    if (!await ReplyAsync(stream, client, verb, "220 go ahead"))
                        return;
                    stream = await EncryptAsync(stream);
                    lines = new StreamReader(stream, Encoding.Latin1);
                    break;
                case "AUTH":
                    if (!await SignInAsync(stream, client, lines, line))
                        return;
                    break;
                case "MAIL":
                    (from, to) = (Path(line), []);
                    if (!await ReplyAsync(stream, client, verb, "250 ok"))
                        return;
                    break;
                case "RCPT":
                    to.Add(Path(line));
                    if (!await ReplyAsync(stream, client, verb, "250 ok"))
                        return;
                    break;
                case "DATA":
                    if (await AnswerAsync(stream, client, verb, "354 go on") is not { } answer)
                        return;
                    if (!answer.StartsWith('3'))
                        break;
                    if (await AnswerAsync(stream, client, InMessage, "") is null)
                        return;
                    mails.Enqueue(new FakeMail(from, [.. to], await MessageAsync(lines)));
                    if (!await ReplyAsync(stream, client, AfterMessage, "250 queued"))
                        return;
                    break;
                case "QUIT":
                    await ReplyAsync(stream, client, verb, "221 bye");
                    return;
                default:
                    if (!await ReplyAsync(stream, client, verb, verb is "RSET" or "NOOP" ? "250 ok" : "502 no such command"))
                        return;
                    break;
            }
        }
    }

    private async Task<SslStream> EncryptAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stopping.Token);
        return secure;
    }

    private async Task<bool> SignInAsync(Stream stream, TcpClient client, StreamReader lines, string line)
    {
        // AUTH LOGIN <user>: the password is asked for; AUTH PLAIN <all>: it is there already.
        var words = line.Split(' ');
        if (words is [_, "LOGIN" or "login", ..])
        {
            for (var asked = words.Length > 2 ? 1 : 0; asked < 2; asked++)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes("334 UGFzc3dvcmQ6\r\n"), stopping.Token);
                commands.Enqueue(await lines.ReadLineAsync(stopping.Token) ?? "");
            }
        }

        return await ReplyAsync(stream, client, "AUTH", "235 welcome");
    }

    private async Task<string> MessageAsync(StreamReader lines)
    {
        var source = new StringBuilder();
        while (await lines.ReadLineAsync(stopping.Token) is { } line && line != ".")
            source.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return source.ToString();
    }

    private async Task<bool> ReplyAsync(Stream stream, TcpClient client, string moment, string usual) =>
        await AnswerAsync(stream, client, moment, usual) is not null;

    /// <summary>Null: the connection was cut.</summary>
    private async Task<string?> AnswerAsync(Stream stream, TcpClient client, string moment, string usual)
    {
        var answer = replies.TryGetValue(moment, out var queue) && queue.TryDequeue(out var scripted) ? scripted : usual;
        if (answer == Silence)
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
        if (answer == Cut)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Close();
            return null;
        }

        for (; answer == Drip; await Task.Delay(50, stopping.Token))
            await stream.WriteAsync("2"u8.ToArray(), stopping.Token);
        if (answer.Length > 0)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"), stopping.Token);
        return answer;
    }

    private static string Path(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
}
