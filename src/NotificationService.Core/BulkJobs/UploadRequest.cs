using NotificationService.Channels;

namespace NotificationService.BulkJobs;

/// <summary>What is said of a file besides its rows. Each field has been checked by itself.</summary>
/// <param name="Template">The key of a published template; needed, except where <paramref name="Continues"/> names a job.</param>
/// <param name="Channels">Empty for those of the template that a row has an address for.</param>
/// <param name="Mapping">A column of the file and what it is; null where the names say it.</param>
/// <param name="IdempotencyColumn">The column that says which row is which.</param>
/// <param name="SendAt">When the first rows are due; null for now.</param>
/// <param name="RatePerMinute">Rows that become due in a minute; null for all at once.</param>
/// <param name="Continues">The job whose corrected rows these are.</param>
/// <param name="Force">Also if the same file came within a day.</param>
public sealed record UploadRequest(
    string? Template, IReadOnlyList<ChannelKind> Channels, IReadOnlyDictionary<string, string>? Mapping, string? IdempotencyColumn, BulkMode Mode, bool IsDryRun,
    string? Category, string? Priority, DateTimeOffset? SendAt, int? RatePerMinute, string? Name, Guid? Continues, bool Force);
