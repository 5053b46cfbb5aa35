namespace NotificationService.BulkJobs.Csv;

/// <summary>What the whole file is refused for.</summary>
/// <param name="Code">One of <see cref="CsvCodes"/>.</param>
/// <param name="Line">The physical line, where it is known; the header's is 1.</param>
/// <param name="Column">The column's name, or <c>column 7</c> where it has none.</param>
public sealed record CsvRefusal(string Code, string Message, int? Line = null, string? Column = null);

/// <summary>Leaves the reading of a file at whatever line the fault is found, when most of the rows before it have been given already.</summary>
public sealed class CsvRefusedException(CsvRefusal refusal) : Exception(refusal.Message)
{
    public CsvRefusal Refusal { get; } = refusal;
}

/// <summary>What is wrong with one row and no other.</summary>
/// <param name="Field">The place of the field among the row's, from 0.</param>
public sealed record CsvRowFault(string Code, string Message, int Field);

public static class CsvCodes
{
    public const string Empty = "csv_empty";
    public const string NotText = "csv_not_text";
    public const string TooLarge = "csv_too_large";
    public const string Encoding = "csv_encoding";
    public const string Delimiter = "csv_delimiter";
    public const string HeaderMissing = "csv_header_missing";
    public const string QuoteUnclosed = "csv_quote_unclosed";
    public const string QuoteMisplaced = "csv_quote_misplaced";
    public const string FieldTooLong = "csv_field_too_long";
    public const string RowTooLong = "csv_row_too_long";
    public const string TooManyColumns = "csv_too_many_columns";
    public const string TooManyRows = "csv_too_many_rows";
    public const string ColumnMissing = "csv_column_missing";
    public const string ColumnDuplicate = "csv_column_duplicate";
    public const string MappingInvalid = "csv_mapping_invalid";
}
