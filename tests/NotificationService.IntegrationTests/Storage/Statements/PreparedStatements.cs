using Npgsql;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>
/// The statements of one role, prepared on a connection as the service has it. What each touches comes from the counters of the backend's own
/// transaction, per table and index: what triggers and functions touch is in them, too.
/// </summary>
public sealed class PreparedStatements(NpgsqlConnection connection, Guid tenant) : IAsyncDisposable
{
    /// <summary>What is not a system catalog's.</summary>
    private const string Touched =
        """
        select c.oid::regclass::text, pg_stat_get_xact_blocks_fetched(c.oid) from pg_class c
        where c.oid >= 16384 and c.relkind in ('r', 'i', 't') and pg_stat_get_xact_blocks_fetched(c.oid) > 0
        """;

    /// <summary>Prepares one, its parameters' types as SQL names them.</summary>
    public Task PrepareAsync(StatementCost statement, IReadOnlyList<string> types) =>
        ExecuteAsync($"prepare {statement.PreparedName}{(types.Count == 0 ? "" : $"({string.Join(", ", types)})")} as {statement.Text}");

    /// <summary>Plans it once for all parameters, which is kept until the statistics change.</summary>
    public async Task PlanAsync(StatementCost statement)
    {
        await ExecuteAsync("set plan_cache_mode = force_generic_plan");
        await ExecuteAsync($"explain execute {Call(statement, [.. statement.Parameters.Select(_ => "null")])}");
    }

    /// <summary>The plan for all parameters.</summary>
    public async Task<string> ExplainAsync(StatementCost statement)
    {
        await ExecuteAsync("set plan_cache_mode = force_generic_plan");
        await using var command = new NpgsqlCommand($"explain execute {Call(statement, [.. statement.Parameters.Select(_ => "null")])}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    /// <summary>Executes it in a transaction that is rolled back and answers the pages that were touched, by table and index, the most first.</summary>
    public async Task<IReadOnlyList<(string Relation, long Pages)>> TouchedByAsync(StatementCost statement, IReadOnlyList<string> values, string planning)
    {
        await ExecuteAsync($"begin; set local plan_cache_mode = {planning}; select set_config('app.tenant', '{tenant}', true)");
        try
        {
            var before = await TouchedAsync();
            await ExecuteAsync($"execute {Call(statement, values)}");
            return
            [
                .. (await TouchedAsync()).Select(entry => (entry.Key, entry.Value - before.GetValueOrDefault(entry.Key)))
                    .Where(entry => entry.Item2 > 0).OrderByDescending(entry => entry.Item2),
            ];
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw new InvalidOperationException($"{statement.FullName} took longer than it may ({planning})", exception);
        }
        finally
        {
            await ExecuteAsync("rollback");
        }
    }

    /// <summary>Adds what was touched to the database's counters now.</summary>
    public Task FlushAsync() => ExecuteAsync("select pg_stat_force_next_flush()");

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string Call(StatementCost statement, IReadOnlyList<string> values) =>
        $"{statement.PreparedName}{(values.Count == 0 ? "" : $"({string.Join(", ", values)})")}";

    private async Task<Dictionary<string, long>> TouchedAsync()
    {
        await using var command = new NpgsqlCommand(Touched, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var touched = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            touched.Add(reader.GetString(0), reader.GetInt64(1));
        return touched;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
