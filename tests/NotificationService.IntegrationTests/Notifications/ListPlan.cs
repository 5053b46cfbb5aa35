using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>What a list's statement reads, planned as a prepared statement is, on the connections that lists use.</summary>
internal static class ListPlan
{
    /// <summary>Counts the rows that the statement's scans touched, those included that they threw away, and its pages.</summary>
    public static async Task ShouldReadAsync(TestDatabase database, TenantId tenant, string statement, string parameters, string arguments, int maxRows, params string[] variants)
    {
        await using var connection = await database.Database.Lists.OpenConnectionAsync();
        await ExecuteAsync(connection, "begin");
        await using (var scope = new NpgsqlBatch(connection) { BatchCommands = { Database.OpenScope(tenant) } })
            await scope.ExecuteNonQueryAsync();
        string[][] declared = [.. parameters.Split(", ").Select(parameter => parameter.Split(' '))];
        var text = NumberedStatement.Of(Statement.Load(statement, variants), [.. declared.Select(parameter => parameter[0])]);
        await ExecuteAsync(connection, $"prepare list ({string.Join(", ", declared.Select(parameter => parameter[1]))}) as {text}");
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, timing off, format json) execute list ('{tenant}', {arguments})", connection);
        var json = (string)(await command.ExecuteScalarAsync())!;
        await ExecuteAsync(connection, "rollback; deallocate list");
        using var explained = JsonDocument.Parse(json);
        var plan = explained.RootElement[0].GetProperty("Plan");
        var what = $"{statement} {string.Join(' ', variants)} {arguments}";

        RowsOf(plan).ShouldBeLessThanOrEqualTo(maxRows, $"{what}\n{json}");
        // A row is found at three to six pages: those of the index, and its own.
        (plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64()).ShouldBeLessThanOrEqualTo(6 * maxRows, $"{what}\n{json}");
    }

    /// <summary>Nobody comes in between and makes the tables known to the planner.</summary>
    public static async Task StopVacuumAsync(TestDatabase database)
    {
        var tables = await database.QueryAsync<string>("select c.oid::regclass::text from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace");
        await database.ExecuteAsync(string.Concat(tables.Select(table => $"alter table {table} set (autovacuum_enabled = false);")));
    }

    private static double RowsOf(JsonElement node)
    {
        var loops = node.GetProperty("Actual Loops").GetDouble();
        var own = node.TryGetProperty("Relation Name", out _)
            ? loops * (node.GetProperty("Actual Rows").GetDouble() + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck"))
            : 0;
        return own + (node.TryGetProperty("Plans", out var children) ? children.EnumerateArray().Sum(RowsOf) : 0);
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
