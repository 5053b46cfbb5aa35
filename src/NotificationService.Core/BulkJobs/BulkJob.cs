using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>A job as it stands.</summary>
/// <param name="Done">Rows that were looked at in the present pass.</param>
/// <param name="Repeated">Rows whose own key had been used before.</param>
/// <param name="RatePerSecond">Rows done in a second, over the last half minute at most: bad, repeated, or their deliveries ended; null where nobody can say.</param>
/// <param name="EtaSeconds">How long the other rows take at that rate; null where nobody can say.</param>
/// <param name="Segments">Of a dry run: the parts that its text messages would be billed as.</param>
public sealed record BulkJob(
    Guid Id, string? Name, BulkJobState State, string? Reason, string? ReasonMessage, BulkMode Mode, bool IsDryRun, bool Live, BulkJobSettings? Settings,
    IReadOnlyList<string> Columns, ColumnTargets? Map, char Delimiter, string Encoding, string? FileHash, long? FileBytes,
    int Rows, int Done, int Queued, int Repeated, int Bad, long Segments, IReadOnlyList<BulkSample> Samples, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, double? RatePerSecond, double? EtaSeconds)
{
    public override string ToString() => $"bulk job {Id}";
}

/// <summary>A row that became nothing, as it came.</summary>
public sealed record BadRow(int Line, string? Column, string Code, string Message, IReadOnlyList<string> Cells);

/// <summary>A row and what became of it.</summary>
/// <param name="Outcome">staged, bad, mended, repeated, or the status of its notification.</param>
public sealed record RowResult(int Line, IReadOnlyList<string> Cells, string Outcome, Guid? Notification, string? Code, string? Message);

/// <summary>The commands of a job.</summary>
[SqlName("command")]
public enum BulkCommand : short
{
    Resume = 0,
    Pause = 4,
    Cancel = 7,

    /// <summary>What was checked becomes notifications.</summary>
    Start = 3,
}
