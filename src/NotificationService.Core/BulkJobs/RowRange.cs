using System.Text.Json;
using NotificationService.Notifications;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.BulkJobs;

/// <summary>A row range that a worker holds, and how its job is to be worked.</summary>
/// <param name="First">The first row's notification; the others follow by their index.</param>
/// <param name="Known">The rows, by index, of which it is known that they are bad, or were until they came again.</param>
/// <param name="Tries">How often it was tried before.</param>
/// <param name="Corrects">Whether its rows came again, corrected.</param>
internal sealed record RowRange(
    BulkJobState State, BulkMode Mode, bool IsDryRun, Guid Account, bool Live, BulkJobSettings Settings, IReadOnlyList<string> Columns, ColumnTargets Map, DateTimeOffset StartsAt,
    int SamplesSoFar, int Number, NotificationId First, int FirstRow, int[] Lines, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlySet<int> Known, int Tries, bool Corrects)
{
    /// <summary>What was found of its recipients beforehand.</summary>
    public FoundRecipients? Recipients { get; init; }

    internal static readonly Statement Take = Statement.Load("bulk_row_ranges_take");

    /// <summary>Lines of which errors may be settled by what it comes to.</summary>
    public int[] CorrectedLines => Corrects ? Lines : [];

    /// <summary>The state of the job that it was taken of.</summary>
    public static BulkJobState JobStateOf(NpgsqlDataReader row) => (BulkJobState)row.GetInt16(Row.State);

    /// <summary>Null for a job without an open row range.</summary>
    public static RowRange? Read(NpgsqlDataReader row) => row.IsDBNull(Row.Number)
        ? null
        : new(
            (BulkJobState)row.GetInt16(Row.State),
            (BulkMode)row.GetInt16(Row.Mode),
            row.GetBoolean(Row.DryRun),
            row.GetGuid(Row.AccountId),
            row.GetBoolean(Row.Live),
            JsonSerializer.Deserialize(row.GetString(Row.Settings), BulkJson.Default.BulkJobSettings) ?? throw new InvalidOperationException("a job without settings"),
            JsonSerializer.Deserialize(row.GetString(Row.Columns), BulkJson.Default.IReadOnlyListString) ?? [],
            JsonSerializer.Deserialize(row.GetString(Row.Map), BulkJson.Default.ColumnTargets) ?? throw new InvalidOperationException("a job without a map"),
            row.GetTime(Row.StartsAt),
            row.GetInt32(Row.Samples),
            row.GetInt32(Row.Number),
            new NotificationId(row.GetGuid(Row.FirstId)),
            row.GetInt32(Row.FirstRow),
            row.GetFieldValue<int[]>(Row.Lines),
            JsonSerializer.Deserialize(row.GetString(Row.Cells), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [],
            row.IsDBNull(Row.Known) ? new HashSet<int>() : row.GetFieldValue<int[]>(Row.Known).ToHashSet(),
            row.GetInt16(Row.Tries),
            row.GetBoolean(Row.Corrects));

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

    private static class Row
    {
        public static readonly Column
            State = Take.Column("state"), Mode = Take.Column("mode"), DryRun = Take.Column("dry_run"), AccountId = Take.Column("account_id"),
            Live = Take.Column("live"), Settings = Take.Column("settings"), Columns = Take.Column("columns"), Map = Take.Column("map"),
            StartsAt = Take.Column("starts_at"), Samples = Take.Column("samples"), Number = Take.Column("number"), FirstId = Take.Column("first_id"),
            FirstRow = Take.Column("first_row"), Lines = Take.Column("lines"), Cells = Take.Column("cells"), Known = Take.Column("known"),
            Tries = Take.Column("tries"), Corrects = Take.Column("corrects");
    }
}
