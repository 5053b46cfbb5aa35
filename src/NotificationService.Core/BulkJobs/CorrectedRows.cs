using System.Globalization;
using NotificationService.BulkJobs.Csv;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>A corrected errors.csv: the columns of the job's file in any order, and <c>row</c>, which names the line that each row had.</summary>
public sealed class CorrectedRows
{
    /// <summary>What errors.csv adds to the columns as they came.</summary>
    public static readonly IReadOnlyList<string> Added = ["error_code", "error_message", "row"];

    private readonly int[] columns;
    private readonly int row;

    private CorrectedRows(Guid job, int[] columns, int row) => (Job, this.columns, this.row) = (job, columns, row);

    public Guid Job { get; }

    /// <exception cref="CsvRefusedException">There is no such job, or a column is missing.</exception>
    public static async Task<CorrectedRows> OfAsync(BulkJobStore jobs, Caller caller, Guid id, IReadOnlyList<string> headers, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(caller.Tenant, id, cancellationToken) is not { } job || job.Live != (caller.OnlyMode ?? job.Live))
            throw new CsvRefusedException(new CsvRefusal("job_unknown", "there is no job with the id given as 'continues'"));
        return new CorrectedRows(id, [.. job.Columns.Select(column => Find(headers, column, fromTheEnd: false))], Find(headers, "row", fromTheEnd: true));
    }

    /// <exception cref="CsvRefusedException">It is no line that is waiting to be corrected.</exception>
    public int LineOf(CsvRow corrected, BulkUpload upload)
    {
        if (row >= corrected.Fields.Count || !int.TryParse(corrected.Fields[row], NumberStyles.None, CultureInfo.InvariantCulture, out var line))
            throw new CsvRefusedException(new CsvRefusal("csv_row_invalid", "the column 'row' names the line that the row had in the first file; leave it as it was", corrected.Line, "row"));
        return upload.TryCorrect(line)
            ? line
            : throw new CsvRefusedException(new CsvRefusal("csv_row_not_bad", $"row {line} of the first file is not bad, was corrected already, or stands here twice", corrected.Line, "row"));
    }

    public IReadOnlyList<string> CellsOf(CsvRow corrected) => [.. columns.Select(column => column < corrected.Fields.Count ? CsvEscaping.Unescaped(corrected.Fields[column]) : "")];

    /// <param name="fromTheEnd">The columns that errors.csv adds stand behind those of the file, which may have one of the same name.</param>
    private static int Find(IReadOnlyList<string> headers, string column, bool fromTheEnd)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            var at = fromTheEnd ? headers.Count - 1 - i : i;
            if (string.Equals(CsvEscaping.Unescaped(headers[at]), column, StringComparison.OrdinalIgnoreCase))
                return at;
        }

        throw new CsvRefusedException(new CsvRefusal("csv_column_missing", $"a corrected errors.csv has the columns of the first file and 'row'; '{column}' is missing", 1, column));
    }
}
