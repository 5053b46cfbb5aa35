using System.Net.Sockets;
using System.Text;

namespace NotificationService.Testing.Smtp;

/// <summary>One client's conversation by RFC 5321, as much of it as a sender needs: no TLS, no sign-in.</summary>
internal static class SmtpConversation
{
    public static async Task HoldAsync(TcpClient client, TextWriter printer)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
                await HoldAsync(reader, writer, printer);
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }

    private static async Task HoldAsync(StreamReader reader, StreamWriter writer, TextWriter printer)
    {
        await writer.WriteLineAsync("220 localhost ready");
        var envelope = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-localhost");
                    await writer.WriteLineAsync("250-8BITMIME");
                    await writer.WriteLineAsync("250 SMTPUTF8");
                    break;
                case "MAIL":
                    envelope = [line];
                    await writer.WriteLineAsync("250 go on");
                    break;
                case "RCPT":
                    envelope.Add(line);
                    await writer.WriteLineAsync("250 go on");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 end with a line that is a dot");
                    await PrintAsync(envelope, await ReadMessageAsync(reader), printer);
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                case "HELO" or "RSET" or "NOOP":
                    await writer.WriteLineAsync("250 fine");
                    break;
                default:
                    await writer.WriteLineAsync("502 not here");
                    break;
            }
        }
    }

    private static async Task<List<string>> ReadMessageAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            lines.Add(line.StartsWith('.') ? line[1..] : line);
        return lines;
    }

    /// <summary>In one write, so that messages that arrive together do not mix.</summary>
    private static Task PrintAsync(List<string> envelope, List<string> message, TextWriter printer) =>
        printer.WriteLineAsync(string.Join('\n', [new string('-', 78), .. envelope, "", .. message]));
}
