using System.Buffers;
using System.Security.Cryptography;

namespace NotificationService.BulkJobs.Csv;

/// <summary>The bytes as they come: counted, hashed, and no more of them than are allowed.</summary>
internal sealed class CsvInput(Stream stream, long maxBytes) : IDisposable
{
    private const int Size = 64 * 1024;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int start;
    private int end;

    public long Bytes { get; private set; }

    /// <summary>Null until the end.</summary>
    public string? Sha256Hex { get; private set; }

    public bool Ended => Sha256Hex is not null;

    /// <summary>What has come and was not taken yet.</summary>
    public ReadOnlySpan<byte> Waiting => buffer.AsSpan(start, end - start);

    public void Take(int count) => start += count;

    /// <summary>One read of the stream. Whoever calls has taken enough that there is room.</summary>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            Waiting.CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        var count = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
        if (count == 0)
        {
            Sha256Hex = Convert.ToHexStringLower(hash.GetHashAndReset());
            return;
        }

        Bytes += count;
        if (Bytes > maxBytes)
            throw new CsvRefusedException(new CsvRefusal(CsvCodes.TooLarge, $"The file is larger than {maxBytes:N0} bytes. Split it."));
        hash.AppendData(buffer, end, count);
        end += count;
    }

    public void Dispose()
    {
        hash.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        start = end = 0;
    }
}
