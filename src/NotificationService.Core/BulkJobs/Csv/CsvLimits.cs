namespace NotificationService.BulkJobs.Csv;

/// <param name="MostBytes">Of the file as it comes.</param>
/// <param name="MostRows">Below the header, blank lines not counted.</param>
/// <param name="LongestField">UTF-16 units, without the quotes around it.</param>
public sealed record CsvLimits(long MostBytes, int MostRows, int MostColumns, int LongestField)
{
    public static readonly CsvLimits Default = new(512L * 1024 * 1024, 1_000_000, 1_000, 64 * 1024);

    /// <summary>UTF-8 bytes of one row with all its quotes. It bounds the memory: a thousand fields of 64 KiB each would be 64 MiB.</summary>
    public int LongestRow { get; init; } = 256 * 1024;
}
