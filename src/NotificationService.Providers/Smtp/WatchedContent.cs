using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>
/// A part's bytes, which tell whether they were asked for. The SMTP client reads them only after the server answered
/// DATA with 354, and that is the moment from which the message may have gone out.
/// </summary>
internal sealed class WatchedContent(string text) : MemoryStream(Encoding.UTF8.GetBytes(text), writable: false)
{
    private volatile bool wasRead;

    public bool WasRead => wasRead;

    public override int Read(byte[] buffer, int offset, int count)
    {
        wasRead = true;
        return base.Read(buffer, offset, count);
    }

    public override int Read(Span<byte> buffer)
    {
        wasRead = true;
        return base.Read(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        wasRead = true;
        return base.ReadAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        wasRead = true;
        return base.ReadAsync(buffer, cancellationToken);
    }
}
