using System.Buffers;
using System.IO.Pipelines;

namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// A body read forward, in which a read that is given up leaves the reader as it was. Kestrel's own stream leaves it in the middle of a read, so that
/// whoever drains the body after the response fails, which is an error in the log.
/// </summary>
internal sealed class BodyStream(PipeReader reader) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await using var givenUp = cancellationToken.UnsafeRegister(static (state, _) => ((PipeReader)state!).CancelPendingRead(), reader);
        while (true)
        {
            var result = await reader.ReadAsync(CancellationToken.None);
            var there = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
            var read = (int)there.Length;
            there.CopyTo(buffer.Span);
            reader.AdvanceTo(there.End);
            if (read > 0 || result.IsCompleted)
                return read;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
