using System.IO.Compression;
using NotificationService.BulkJobs.Csv;
using NotificationService.Host.Http.Bodies;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>A gzip body as it is unpacked: no more of it than a file may be, and no more than so many times what came. Nobody can make much out of little.</summary>
internal sealed class UnpackedBody(SteadyBody packed, CsvLimits limits, int highestRatio) : ForwardStream
{
    public const string BombCode = "compression_ratio";

    /// <summary>Little is no bomb, however well it packs.</summary>
    private const int Harmless = 1024 * 1024;

    private readonly GZipStream unpacked = new(packed, CompressionMode.Decompress, leaveOpen: true);
    private long bytes;

    /// <exception cref="CsvRefusedException">It is too large, or packed too well.</exception>
    /// <exception cref="InvalidDataException">It is no gzip.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await unpacked.ReadAsync(buffer, cancellationToken);
        bytes += read;
        if (bytes > limits.MostBytes + Harmless)
            throw new CsvRefusedException(new CsvRefusal(CsvCodes.TooLarge, $"Unpacked, the body is larger than a file of {limits.MostBytes:N0} bytes."));
        return bytes > Harmless && bytes / highestRatio > packed.Bytes
            ? throw new CsvRefusedException(new CsvRefusal(BombCode, $"Unpacked, the body is more than {highestRatio} times as large as it came. Send it as it is."))
            : read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }
}
