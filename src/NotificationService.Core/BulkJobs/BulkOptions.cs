using NotificationService.BulkJobs.Csv;

namespace NotificationService.BulkJobs;

/// <summary><c>Notification:Bulk:*</c>: what an upload may be.</summary>
public sealed class BulkOptions
{
    public const string Section = "Notification:Bulk";

    private const int MinBytes = 1024;
    private const long MaxBytesEver = 16L * 1024 * 1024 * 1024;
    private const int MaxRowsEver = 10_000_000;
    private const int MaxColumnsEver = 10_000;
    private const int LongestFieldEver = 1024 * 1024;
    private const int HighestRatioEver = 1_000;

    /// <summary>Of a row as UTF-8, however short its fields must be.</summary>
    private const int LongestRow = 256 * 1024;

    /// <summary>Bytes of a file, unpacked.</summary>
    public long MostBytes { get; init; } = CsvLimits.Default.MostBytes;

    /// <summary>Rows of a file below its header.</summary>
    public int MostRows { get; init; } = CsvLimits.Default.MostRows;

    public int MostColumns { get; init; } = CsvLimits.Default.MostColumns;

    /// <summary>Characters of a field.</summary>
    public int LongestField { get; init; } = CsvLimits.Default.LongestField;

    /// <summary>How much larger a packed body may be unpacked.</summary>
    public int HighestRatio { get; init; } = 100;

    /// <summary>A sender that is slower, on average, gives its turn up; 0 for any.</summary>
    public int LeastBytesPerSecond { get; init; } = 16 * 1024;

    /// <summary>How long an upload may take in all.</summary>
    public TimeSpan LongestUpload { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Four bytes are the most of one character, or of a quote that is written twice.</summary>
    public CsvLimits Limits => new(MostBytes, MostRows, MostColumns, LongestField) { LongestRow = Math.Max(LongestRow, 4 * LongestField) };

    /// <summary>Everything that is not valid; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        Require(MostBytes is >= MinBytes and <= MaxBytesEver, nameof(MostBytes), $"{MinBytes} to {MaxBytesEver}");
        Require(MostRows is >= 1 and <= MaxRowsEver, nameof(MostRows), $"1 to {MaxRowsEver}");
        Require(MostColumns is >= 1 and <= MaxColumnsEver, nameof(MostColumns), $"1 to {MaxColumnsEver}");
        Require(LongestField is >= 1 and <= LongestFieldEver, nameof(LongestField), $"1 to {LongestFieldEver}");
        Require(HighestRatio is >= 1 and <= HighestRatioEver, nameof(HighestRatio), $"1 to {HighestRatioEver}");
        Require(LeastBytesPerSecond is >= 0 and <= 1024 * 1024, nameof(LeastBytesPerSecond), $"0 to {1024 * 1024}");
        Require(LongestUpload >= TimeSpan.FromSeconds(1) && LongestUpload <= TimeSpan.FromDays(1), nameof(LongestUpload), "00:00:01 to 1.00:00:00");
        return errors;

        void Require(bool isValid, string name, string range)
        {
            if (!isValid)
                errors.Add($"{Section.Replace(":", "__", StringComparison.Ordinal)}__{name} must be {range}");
        }
    }
}
