using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>
/// Commands out, replies in. However a server answers, it is read within bounds, and it is known whether every command has had its reply: a
/// conversation that is out of step must not be used again (RFC 5321 §4.5.3.2, RFC 2920 §3.1).
/// </summary>
/// <param name="stream">To the server.</param>
/// <param name="owed">Replies that come unasked: the greeting of a new connection.</param>
internal sealed class SmtpWire(Stream stream, int owed = 0)
{
    private const int LongestLine = 4096;
    private const int MaxLines = 100;

    private readonly byte[] buffer = new byte[LongestLine];
    private int start;
    private int end;
    private int outstanding = owed;

    /// <summary>What was sent before it was asked for, which an attacker puts before STARTTLS.</summary>
    public bool HasUnread => end > start;

    /// <summary>Every command was written whole and answered, and nothing came besides.</summary>
    public bool IsInStep => outstanding == 0 && !HasUnread;

    public Task WriteAsync(string lines, int replies, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes(lines), replies, cancellationToken);

    /// <param name="replies">How many replies the server owes for this. They count from before the first byte: whoever is stopped halfway leaves them owed.</param>
    /// <exception cref="SmtpProtocolException">The server said more than it was asked: what it says next would be taken for the answer to this.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, int replies, CancellationToken cancellationToken)
    {
        var isAhead = outstanding == 0 && HasUnread;
        outstanding += replies;
        if (isAhead)
            throw new SmtpProtocolException();
        await stream.WriteAsync(bytes, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Writes one command and reads its reply.</summary>
    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        await WriteAsync(command + "\r\n", replies: 1, cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    /// <exception cref="SmtpProtocolException">What came is no reply, or too much of one; the conversation stays out of step.</exception>
    public async Task<SmtpReply> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var reply = await ReadLinesAsync(cancellationToken);
        outstanding--;
        return reply;
    }

    private async Task<SmtpReply> ReadLinesAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>(1);
        while (lines.Count < MaxLines)
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
