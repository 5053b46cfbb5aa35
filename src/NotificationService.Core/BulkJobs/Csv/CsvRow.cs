namespace NotificationService.BulkJobs.Csv;

/// <param name="Line">The physical line on which the row starts; the header's is 1.</param>
/// <param name="Fields">
/// As many as the row has, which may be fewer or more than there are headers; empty ones behind the last header are left out.
/// </param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Fields)
{
    /// <summary>Why the row should not be used although it could be read.</summary>
    public CsvRowFault? Fault { get; init; }

    /// <summary>Contents stay out of logs and exceptions.</summary>
    public override string ToString() => $"line {Line}, {Fields.Count} fields";
}
