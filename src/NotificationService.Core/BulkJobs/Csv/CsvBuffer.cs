using System.Buffers;

namespace NotificationService.BulkJobs.Csv;

/// <summary>Bytes that are added at the end and taken from the start, in one pooled array. To be kept in a field that is not read-only.</summary>
internal struct CsvBuffer
{
    private byte[]? bytes;
    private int start;
    private int end;

    public readonly ReadOnlySpan<byte> Content => bytes.AsSpan(start, end - start);

    /// <summary>Behind the content; <see cref="Add"/> says how much of it was used.</summary>
    public Span<byte> Reserve(int size)
    {
        if (bytes is null || bytes.Length - end < size)
        {
            // To move the content costs its length, so it is moved only where at least as much has been taken as is left.
            var length = end - start;
            var roomy = bytes is not null && start >= length && bytes.Length - length >= size;
            var next = roomy ? bytes! : ArrayPool<byte>.Shared.Rent(Math.Max(2 * length, length + size));
            Content.CopyTo(next);
            if (!roomy)
                Return();
            bytes = next;
            (start, end) = (0, length);
        }

        return bytes.AsSpan(end);
    }

    public void Add(int count) => end += count;

    public void Take(int count) => start += count;

    public void Return()
    {
        if (bytes is not null)
            ArrayPool<byte>.Shared.Return(bytes);
        bytes = null;
        start = end = 0;
    }
}
