using System.Text;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

/// <summary>What is written, as bytes or as text.</summary>
internal static class CsvWritten
{
    public static byte[] Bytes(char delimiter, params IReadOnlyList<string?>[] rows)
    {
        using var stream = new MemoryStream();
        WriteAsync(stream, delimiter, rows).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>One row without the mark before it and the line end behind it.</summary>
    public static string Row(char delimiter, params string?[] fields) => Encoding.UTF8.GetString(Bytes(delimiter, fields))[1..^2];

    private static async Task WriteAsync(Stream stream, char delimiter, IReadOnlyList<string?>[] rows)
    {
        await using var csv = new CsvOutput(stream, delimiter);
        foreach (var row in rows)
            await csv.WriteAsync(row, CancellationToken.None);
    }
}
