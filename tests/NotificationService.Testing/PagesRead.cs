using System.Text.Json;
using Npgsql;

namespace NotificationService.Testing;

/// <summary>What a statement costs in pages: the same on every machine, unlike its time.</summary>
public static class PagesRead
{
    /// <summary>Executes the statement and answers how many pages it read, from memory or not.</summary>
    public static async Task<long> ByAsync(NpgsqlCommand statement)
    {
        statement.CommandText = $"explain (analyze, buffers, format json) {statement.CommandText}";
        using var explained = JsonDocument.Parse((string)(await statement.ExecuteScalarAsync())!);
        var plan = explained.RootElement[0].GetProperty("Plan");
        return plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
    }
}
