using NotificationService.BulkJobs.Csv;
using NotificationService.Tenants;

namespace NotificationService.Users.Imports;

/// <summary>
/// Reads a CSV file of people: columns <c>email</c>, <c>name</c>, and if there are any <c>userId</c>, <c>roles</c> and <c>groups</c>, each with <c>|</c> between several. Case, spaces, _ and - of
/// a header make no difference. Whoever has no role is a <c>user</c>.
/// </summary>
public static class UserCsv
{
    public const int MaxRows = 5_000;
    public const int MaxBytes = 1024 * 1024;

    private static readonly string[] Known = ["email", "name", "userid", "roles", "groups"];
    private static readonly CsvLimits Limits = new(MaxBytes, MaxRows, MostColumns: 20, LongestField: 8_192);

    /// <summary>Every row with its line, and what is wrong with it already, if anything is.</summary>
    /// <exception cref="CsvRefusedException">What the file is refused for.</exception>
    public static async Task<IReadOnlyList<(int Line, UserInput? Input, UserIssue? Issue)>> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        await using var csv = await CsvFile.OpenAsync(file, Limits, cancellationToken);
        var columns = ColumnsOf(csv.Headers, csv.HeaderLine);
        var rows = new List<(int, UserInput?, UserIssue?)>();
        await foreach (var row in csv.RowsAsync(cancellationToken))
        {
            if (row.Fault is { } fault)
                rows.Add((row.Line, null, new UserIssue("", fault.Code, fault.Message)));
            else if (row.Fields.Count != csv.Headers.Count)
                rows.Add((row.Line, null, new UserIssue("", "csv_field_count", $"expected {csv.Headers.Count} fields, found {row.Fields.Count}")));
            else
                rows.Add(Checked(row.Line, InputOf(row.Fields, columns)));
        }

        return rows;
    }

    private static (int Line, UserInput? Input, UserIssue? Issue) Checked(int line, UserInput input) =>
        UserRules.Check(input) is [var first, ..] ? (line, null, first) : (line, input, null);

    private static UserInput InputOf(IReadOnlyList<string> fields, Dictionary<string, int> columns)
    {
        var roles = Several("roles");
        return new UserInput(One("email"), One("name"), One("userid"), roles.Length == 0 ? [UserRoles.User] : roles, Several("groups"));

        string? One(string column) => columns.TryGetValue(column, out var at) && fields[at].Length > 0 ? fields[at] : null;

        string[] Several(string column) => One(column)?.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    private static Dictionary<string, int> ColumnsOf(IReadOnlyList<string> headers, int line)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < headers.Count; i++)
        {
            var plain = string.Concat(headers[i].Where(character => character is not ('_' or '-') && !char.IsWhiteSpace(character))).ToLowerInvariant();
            if (!Known.Contains(plain))
                throw Refused(CsvCodes.MappingInvalid, $"There is no column '{headers[i]}'. The columns are email, name, userId, roles, groups.", line, headers[i]);
            if (!columns.TryAdd(plain, i))
                throw Refused(CsvCodes.ColumnDuplicate, $"The column '{headers[i]}' stands there twice.", line, headers[i]);
        }

        foreach (var needed in (string[])["email", "name"])
        {
            if (!columns.ContainsKey(needed))
                throw Refused(CsvCodes.ColumnMissing, $"The column '{needed}' is missing.", line, needed);
        }

        return columns;
    }

    private static CsvRefusedException Refused(string code, string message, int line, string column) => new(new CsvRefusal(code, message, line, column));
}
