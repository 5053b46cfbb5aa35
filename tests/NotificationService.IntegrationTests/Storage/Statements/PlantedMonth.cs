using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>A database with a month of many notifications, whose statistics are as the test wants them.</summary>
public sealed class PlantedMonth(TestDatabase database)
{
    private const string KeepStatistics = """
        do $$ declare t regclass;
        begin
            for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
                execute format('alter table %s set (autovacuum_enabled = false)', t);
            end loop;
        end $$;
        """;

    /// <summary>Nobody but the test changes the statistics, and only the service's own triggers cost anything.</summary>
    public async Task KeepStatisticsAsync()
    {
        await TransitionsTrigger.RemoveAsync(database.Superuser);
        await database.ExecuteAsync(KeepStatistics);
    }

    /// <summary>Plants so many notifications and what belongs to them, in every table.</summary>
    public async Task PlantAsync(int notifications)
    {
        using var reader = new StreamReader(typeof(PlantedMonth).Assembly.GetManifestResourceStream("planted_month.sql")!);
        await using var connection = await database.Superuser.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 600;
        command.CommandText = $"begin; set local planted.notifications = {notifications}; {await reader.ReadToEndAsync()}; commit";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>As in a new database.</summary>
    public Task EmptyAsync() => database.ExecuteAsync(
        """
        do $$ begin
            execute (select 'truncate ' || string_agg(format('%I', relname), ', ') from pg_class
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname not like 'schema%');
        end $$
        """);

    public Task AnalyseAsync() => database.ExecuteAsync("analyze");

    /// <summary>As the tables are after an ANALYZE that found nothing in them.</summary>
    public Task AsAnalysedWhenEmptyAsync() => ForgetAsync(0);

    /// <summary>As the tables are when nobody ever analysed them.</summary>
    public Task AsNeverAnalysedAsync() => ForgetAsync(-1);

    /// <summary>What the expressions come to, as literals, and their types.</summary>
    public async Task<(string[] Values, string[] Types)> EvaluateAsync(IReadOnlyList<string> expressions)
    {
        if (expressions.Count == 0)
            return ([], []);
        var columns = expressions.Select(expression => $"quote_nullable(({expression})::text), pg_typeof({expression})::text");
        await using var command = database.Superuser.CreateCommand($"select {string.Join(", ", columns)}");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return ([.. Enumerable.Range(0, expressions.Count).Select(i => reader.GetString(2 * i))], [.. Enumerable.Range(0, expressions.Count).Select(i => reader.GetString((2 * i) + 1))]);
    }

    /// <summary>One of each kind that the tenant has.</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> OneOfEachAsync() => new Dictionary<string, Guid>(StringComparer.Ordinal)
    {
        ["tenant"] = await database.ScalarAsync<Guid>("select planted.big()"),
        ["provider"] = await database.ScalarAsync<Guid>("select planted.fixed('provider', 0)"),
        ["endpoint"] = await database.ScalarAsync<Guid>("select planted.fixed('endpoint', 0)"),
        ["template"] = await database.ScalarAsync<Guid>("select planted.fixed('template', 1)"),
        ["rule"] = await database.ScalarAsync<Guid>("select planted.fixed('rule', 1)"),
        ["suppression"] = await database.ScalarAsync<Guid>("select planted.id(10, 'suppression', '0')"),
    };

    private Task<int> ForgetAsync(int rows) => database.ExecuteAsync(
        $"""
        delete from pg_statistic where starelid >= 16384;
        update pg_class set relpages = 0, reltuples = case relkind when 'i' then 0 else {rows} end where oid >= 16384 and relkind in ('r', 'p', 'i', 't');
        """);
}
