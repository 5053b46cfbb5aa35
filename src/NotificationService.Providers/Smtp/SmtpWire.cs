using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>Lines out, replies in. However a server answers, it is read within bounds.</summary>
internal sealed class SmtpWire(Stream stream)
{
    private const int LongestLine = 4096;
    private const int MostLines = 100;

    private readonly byte[] buffer = new byte[LongestLine];
    private int start;
    private int end;

    /// <summary>What was sent before it was asked for, which an attacker puts before STARTTLS.</summary>
    public bool HasUnread => end > start;

    public Task WriteAsync(string lines, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes(lines), cancellationToken);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Writes one command and reads its reply.</summary>
    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        await WriteAsync(command + "\r\n", cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    public async Task<SmtpReply> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>(1);
        while (lines.Count < MostLines)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out var code) || code is < 200 or > 599)
                throw new SmtpProtocolException();
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
                return new SmtpReply(code, lines);
            if (line[3] != '-')
                throw new SmtpProtocolException();
        }

        throw new SmtpProtocolException();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        for (var looked = 0; ;)
        {
            var feed = buffer.AsSpan(start + looked, end - start - looked).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, looked + feed).TrimEnd('\r');
                start += looked + feed + 1;
                return line;
            }

            looked = end - start;
            if (looked == buffer.Length)
                throw new SmtpProtocolException();
            if (end == buffer.Length)
            {
                buffer.AsSpan(start, looked).CopyTo(buffer);
                (start, end) = (0, looked);
            }

            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
                throw new EndOfStreamException("the server closed the connection");
            end += read;
        }
    }
}
