using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>What a row range's rows come to.</summary>
internal sealed class RowWork(RowRange range)
{
    private const int LongestColumn = 200;
    private const int LongestMessage = 500;

    private readonly List<(int Index, RowError Error)> bad = [];
    private readonly List<BulkSample> samples = [];

    /// <summary>Rows that are to be stored.</summary>
    public List<AcceptedNotification> Good { get; } = [];

    /// <summary>Of the good ones, among the rows of the range.</summary>
    public List<int> Indexes { get; } = [];

    /// <summary>Rows that are notifications now.</summary>
    public int Queued { get; private set; }

    /// <summary>Rows whose own key was used for the same before.</summary>
    public int Repeated { get; private set; }

    /// <summary>Parts that the text messages would be billed as.</summary>
    public long Segments { get; private set; }

    public string? SamplesJson => samples.Count == 0 ? null : JsonSerializer.Serialize(samples, BulkJson.Default.IReadOnlyListBulkSample);

    public void Bad(int index, RowError error) => bad.Add((index, error));

    public void Take(int index, AcceptedNotification notification)
    {
        Good.Add(notification);
        Indexes.Add(index);
    }

    /// <summary>What became of the good rows, in their order.</summary>
    public void Stored(IReadOnlyList<AcceptOutcome> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i] is AcceptOutcome.Accepted)
                Queued++;
            else if (outcomes[i] is AcceptOutcome.Refused)
                Unworkable(Indexes[i]);
            else if (outcomes[i] is AcceptOutcome.Replayed replayed && KeptId.In(replayed.Before) is not null)
                Repeated++;
            else
                Bad(Indexes[i], new RowError(range.Map.Key is { } column ? range.Columns[column] : null, "idempotency_mismatch", "the key was used for another request within 24 hours"));
        }
    }

    /// <summary>A row that the service itself fails at; why is in the log and nobody else's business.</summary>
    public void Unworkable(int index) => Bad(index, new RowError(null, "row_unworkable", "the service failed at this row again and again; it was not sent"));

    public void Rendered(int index, DryRunReport report, int samplesBefore, int max)
    {
        foreach (var delivery in report.Deliveries)
        {
            Segments += delivery.Segments;
            if (delivery.Sample is { } sample && samplesBefore + samples.Count < max)
                samples.Add(new BulkSample(range.Lines[index], sample.Channel.ToName(), sample.Subject, sample.Text, sample.Html, sample.Title, sample.Body));
        }
    }

    public Parameter[] ErrorColumns() =>
    [
        Parameter.Of<int[]>("error_lines", [.. bad.Select(row => range.Lines[row.Index])]),
        Parameter.Of<int[]>("error_indexes", [.. bad.Select(row => row.Index)]),
        Parameter.Of<string?[]>("error_columns", [.. bad.Select(row => row.Error.Column is { } column ? StorableText.Of(column, LongestColumn) : null)]),
        Parameter.Of<string[]>("error_codes", [.. bad.Select(row => row.Error.Code)]),
        Parameter.Of<string[]>("error_messages", [.. bad.Select(row => StorableText.Of(row.Error.Message, LongestMessage))]),
    ];
}
