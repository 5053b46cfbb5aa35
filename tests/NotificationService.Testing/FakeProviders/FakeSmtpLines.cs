using System.Text;

namespace NotificationService.Testing.FakeProviders;

/// <summary>Reads lines as they are on the wire: one that does not end in CRLF is distinguished.</summary>
internal sealed class FakeSmtpLines(Stream stream)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;

    /// <param name="Text">Without its end, a character a byte.</param>
    /// <param name="IsClean">It ends in CRLF and has neither CR nor LF besides.</param>
    internal readonly record struct Line(string Text, bool IsClean);

    /// <summary>Null: the client left.</summary>
    public async Task<Line?> ReadAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (start == end)
            {
                (start, end) = (0, await stream.ReadAsync(buffer, cancellationToken));
                if (end == 0)
                    return null;
            }

            var feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            text.Append(Encoding.Latin1.GetString(buffer, start, feed < 0 ? end - start : feed));
            start = feed < 0 ? end : start + feed + 1;
            if (feed < 0)
                continue;
            var line = text.ToString();
            return line.EndsWith('\r') ? new Line(line[..^1], !line.AsSpan(0, line.Length - 1).Contains('\r')) : new Line(line, IsClean: false);
        }
    }
}
