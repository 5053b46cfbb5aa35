using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Functions and triggers stand in files of their own and nowhere else.</summary>
public sealed class SchemaPartTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const string OurFunctions = "from pg_proc where pronamespace = 'notification_meta'::regnamespace";
    private NpgsqlDataSource? source;

    public async ValueTask InitializeAsync() => source = NpgsqlDataSource.Create(await cluster.CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
            await source.DisposeAsync();
    }

    [Fact]
    public async Task Every_function_of_the_database_is_that_of_a_file_with_its_name()
    {
        var functions = await QueryAsync($"select 'functions/' || proname {OurFunctions}");

        functions.ShouldBe(SchemaPart.All.Select(part => part.Name).Where(name => name.StartsWith("functions/", StringComparison.Ordinal)), ignoreOrder: true);
    }

    [Fact]
    public async Task Every_trigger_of_the_database_is_that_of_a_file_with_its_name()
    {
        var triggers = await QueryAsync("select 'triggers/' || tgname from pg_trigger where not tgisinternal");

        triggers.ShouldBe(SchemaPart.All.Select(part => part.Name).Where(name => name.StartsWith("triggers/", StringComparison.Ordinal)), ignoreOrder: true);
    }

    /// <summary>They are made before the tables, unseen.</summary>
    [Fact]
    public async Task Every_function_agrees_with_the_tables_that_it_names()
    {
        var before = await QueryAsync($"select pg_get_functiondef(oid) {OurFunctions} order by oid");

        foreach (var part in SchemaPart.All.Where(part => !part.IsMigration))
            await Should.NotThrowAsync(() => QueryAsync(part.Text), part.Name);

        (await QueryAsync($"select pg_get_functiondef(oid) {OurFunctions} order by oid")).ShouldBe(before);
    }

    [Fact]
    public async Task No_function_may_be_called_by_whoever_can_log_in() =>
        (await QueryAsync($"select proname::text {OurFunctions} and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))")).ShouldBeEmpty();

    private async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var command = source!.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
