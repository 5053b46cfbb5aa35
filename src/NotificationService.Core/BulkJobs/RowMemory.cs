namespace NotificationService.BulkJobs;

/// <summary>The memory of an upload's rows while they wait to be stored, out of whatever budget its owner has.</summary>
/// <param name="TryHold">Holds so many bytes for all rows that wait; false where there are not so many.</param>
/// <param name="Release">None waits any more.</param>
public sealed record RowMemory(Func<long, bool> TryHold, Action Release);
