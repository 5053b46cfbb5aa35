using System.Text.Json;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>A row range that a worker holds, and how its job is to be worked.</summary>
/// <param name="First">The first row's notification; the others follow by their index.</param>
/// <param name="Known">The rows, by index, of which it is known that they are bad, or were until they came again.</param>
/// <param name="Tries">How often it was tried before.</param>
internal sealed record RowRange(
    BulkJobState State, BulkMode Mode, bool IsDryRun, Guid Account, bool Live, BulkJobSettings Settings, IReadOnlyList<string> Columns, ColumnTargets Map, DateTimeOffset StartsAt,
    int SamplesSoFar, int Number, NotificationId First, int FirstRow, int[] Lines, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlySet<int> Known, int Tries)
{
    /// <summary>What was found of its recipients beforehand.</summary>
    public FoundRecipients? Recipients { get; init; }

    /// <summary>Null for a job without an open row range.</summary>
    public static RowRange? Read(NpgsqlDataReader row) => row.IsDBNull(11)
        ? null
        : new(
            (BulkJobState)row.GetInt16(0),
            (BulkMode)row.GetInt16(1),
            row.GetBoolean(2),
            row.GetGuid(3),
            row.GetBoolean(4),
            JsonSerializer.Deserialize(row.GetString(5), BulkJson.Default.BulkJobSettings) ?? throw new InvalidOperationException("a job without settings"),
            JsonSerializer.Deserialize(row.GetString(6), BulkJson.Default.IReadOnlyListString) ?? [],
            JsonSerializer.Deserialize(row.GetString(7), BulkJson.Default.ColumnTargets) ?? throw new InvalidOperationException("a job without a map"),
            row.GetFieldValue<DateTimeOffset>(8),
            row.GetInt32(10),
            row.GetInt32(11),
            new NotificationId(row.GetGuid(12)),
            row.GetInt32(13),
            row.GetFieldValue<int[]>(14),
            JsonSerializer.Deserialize(row.GetString(15), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [],
            row.IsDBNull(16) ? new HashSet<int>() : row.GetFieldValue<int[]>(16).ToHashSet(),
            row.GetInt16(17));

    /// <summary>
    /// As it is worked now: ids say their month, and that of a row range that has waited long may be dropped. It has no notifications, so that new ids change nothing else.
    /// </summary>
    public RowRange Of(DateTimeOffset now, Ids ids) =>
        (First.CreatedAt.UtcDateTime.Year, First.CreatedAt.UtcDateTime.Month) == (now.UtcDateTime.Year, now.UtcDateTime.Month) ? this : this with { First = NotificationId.FirstOfMany(ids.Next()) };

    /// <summary>When a row is due: at the job's time, and where it is paced so much later as there are rows before it. Null for at once.</summary>
    public DateTimeOffset? DueAt(int index, DateTimeOffset now)
    {
        var due = Settings.RatePerMinute is { } rate ? StartsAt + TimeSpan.FromMinutes((double)(FirstRow + index) / rate) : Settings.SendAt;
        // What was due while the job was paused, or nobody worked, is due at once.
        return due > now ? due : null;
    }
}
