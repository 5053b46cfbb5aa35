using NotificationService.BulkJobs.Csv;
using NotificationService.Settings;

namespace NotificationService.BulkJobs;

/// <summary><c>Notification:Bulk:*</c>: what an upload may be.</summary>
public sealed class BulkOptions
{
    public const string Section = "Notification:Bulk";

    /// <summary>Of a row as UTF-8, however short its fields must be.</summary>
    private const int LongestRow = 256 * 1024;

    /// <summary>Bytes of a file, unpacked.</summary>
    [Bounds(1_024, 16L * 1024 * 1024 * 1024)]
    public long MostBytes { get; init; } = CsvLimits.Default.MostBytes;

    /// <summary>Rows of a file below its header.</summary>
    [Bounds(1, 10_000_000)]
    public int MostRows { get; init; } = CsvLimits.Default.MostRows;

    [Bounds(1, 10_000)]
    public int MostColumns { get; init; } = CsvLimits.Default.MostColumns;

    /// <summary>Characters of a field.</summary>
    [Bounds(1, 1024 * 1024)]
    public int LongestField { get; init; } = CsvLimits.Default.LongestField;

    /// <summary>How much larger a packed body may be unpacked.</summary>
    [Bounds(1, 1_000)]
    public int HighestRatio { get; init; } = 100;

    /// <summary>A sender that is slower, on average, gives its turn up; 0 for any.</summary>
    [Bounds(0, 1024 * 1024, Zero = "for any")]
    public int LeastBytesPerSecond { get; init; } = 16 * 1024;

    /// <summary>How long an upload may take in all.</summary>
    [Bounds("00:00:01", "1.00:00:00")]
    public TimeSpan LongestUpload { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Four bytes are the most of one character, or of a quote that is written twice.</summary>
    public CsvLimits Limits => new(MostBytes, MostRows, MostColumns, LongestField) { LongestRow = Math.Max(LongestRow, 4 * LongestField) };
}
