namespace NotificationService.BulkJobs.Csv;

/// <summary>The names of the columns, from the first row that is not blank.</summary>
internal static class CsvHeader
{
    /// <summary>Above the header a line of commas is blank even in a file that has semicolons.</summary>
    public static bool IsBlank(CsvRow row) => row.Fields.All(field => field.Length > 0 && field.AsSpan().IndexOfAnyExcept(",;\t ") < 0);

    public static IReadOnlyList<string> Of(CsvRow row)
    {
        var names = row.Fields;
        var used = names.Count;
        while (used > 0 && names[used - 1].Length == 0)
            used--;
        if (used == 0)
            throw Missing(row, "The header has no names.", "column 1");
        for (var i = 0; i < used; i++)
        {
            if (names[i].Length == 0)
                throw Missing(row, $"Column {i + 1} has no name in the header. Name it or delete the column.", $"column {i + 1}");
            if (IsAddress(names[i]))
                throw Missing(row, $"Line {row.Line} holds an address where the names of the columns should be. Put a line such as 'email,name' above it.", $"column {i + 1}");
        }

        return used == names.Count ? names : [.. names.Take(used)];
    }

    /// <summary>The file without header is the commonest fault of all; nobody names a column like this.</summary>
    private static bool IsAddress(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        return (at > 0 && name.IndexOf('.', at) > at + 1 && !name.Contains(' ', StringComparison.Ordinal))
            || (name.Length >= 9 && name[0] == '+' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static CsvRefusedException Missing(CsvRow row, string message, string column) =>
        new(new CsvRefusal(CsvCodes.HeaderMissing, message, row.Line, column));
}
