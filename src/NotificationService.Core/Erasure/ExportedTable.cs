namespace NotificationService.Erasure;

/// <summary>A table of a tenant's rows, and how it is read page by page along its key.</summary>
/// <param name="Key">The columns of the primary key behind the tenant; none where a tenant has one row.</param>
/// <param name="KeyTypes">Their types as PostgreSQL writes them.</param>
/// <param name="Columns">What is taken along.</param>
public sealed record ExportedTable(string Name, IReadOnlyList<string> Key, IReadOnlyList<string> KeyTypes, IReadOnlyList<string> Columns)
{
    /// <summary>Names come from the catalogue, and are quoted all the same. $1 is the tenant, then where the page before ended.</summary>
    public string PageAfter(bool isFirst, int rows)
    {
        var key = string.Join(", ", Key.Select(Quoted));
        var after = isFirst || Key.Count == 0 ? "" : $" and ({key}) > ({string.Join(", ", KeyTypes.Select((type, index) => $"${index + 2}::{type}"))})";
        var columns = string.Join(", ", Columns.Select(Quoted).Concat(Key.Select((column, index) => $"{Quoted(column)}::text as \"key {index}\"")));
        return $"select {columns} from {Quoted(Name)} where tenant_id = $1{after} order by tenant_id{(key.Length > 0 ? $", {key}" : "")} limit {rows}";
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
