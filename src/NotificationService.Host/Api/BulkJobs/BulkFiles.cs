using System.Globalization;
using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>A job's rows as CSV files, with the columns of the file that was uploaded first.</summary>
internal static class BulkFiles
{
    /// <summary>The bad rows as they came, and three columns more. Safe to open in a spreadsheet.</summary>
    public static async Task WriteErrorsAsync(HttpResponse response, BulkJob job, IAsyncEnumerable<BadRow> rows, CancellationToken cancellationToken)
    {
        await using var csv = Begin(response, job, "errors");
        await csv.WriteAsync([.. job.Columns, .. CorrectedRows.Added], cancellationToken);
        await foreach (var row in rows.WithCancellation(cancellationToken))
            await csv.WriteAsync([.. Fitted(row.Cells, job.Columns.Count), row.Code, row.Message, Text(row.Line)], cancellationToken);
    }

    /// <summary>Every row, its outcome and its notification.</summary>
    public static async Task WriteResultsAsync(HttpResponse response, BulkJob job, IAsyncEnumerable<(int Range, RowResult Row)> rows, CancellationToken cancellationToken)
    {
        await using var csv = Begin(response, job, "results");
        await csv.WriteAsync([.. job.Columns, "row", "status", "notification_id", "code", "message"], cancellationToken);
        await foreach (var (_, row) in rows.WithCancellation(cancellationToken))
            await csv.WriteAsync([.. Fitted(row.Cells, job.Columns.Count), Text(row.Line), row.Outcome, row.Notification?.ToString(), row.Code, row.Message], cancellationToken);
    }

    private static CsvOutput Begin(HttpResponse response, BulkJob job, string what)
    {
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"{what}-{job.Id}.csv\"";
        response.Headers.CacheControl = "no-store";
        return new CsvOutput(response.Body, job.Delimiter);
    }

    private static string Text(int line) => line.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Fitted(IReadOnlyList<string> cells, int count)
    {
        for (var i = 0; i < count; i++)
            yield return i < cells.Count ? cells[i] : "";
    }
}
