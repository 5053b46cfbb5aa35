using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>
/// What every statement touches for a tenant with 200,000 notifications beside others. Row level security lets nothing but plain comparisons of
/// columns go to an index, and without statistics the planner takes whatever index looks as cheap: neither may make a statement read what it does not need.
/// </summary>
public sealed class StatementCostTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Few = 400;
    private const int Many = 206_000;

    [Fact]
    public async Task Every_statement_and_function_has_a_bound_or_says_why_not()
    {
        var (measured, excused) = StatementCost.Read();
        var files = typeof(SqlText).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Sql/", StringComparison.Ordinal)).Select(name => name["Sql/".Length..]);
        var functions = await database.QueryAsync<string>(
            """
            select distinct 'notification_meta.' || p.proname from pg_proc p
            where p.pronamespace = 'notification_meta'::regnamespace and p.prorettype <> 'trigger'::regtype
              and (has_function_privilege('notification_app', p.oid, 'execute') or has_function_privilege('notification_worker', p.oid, 'execute'))
            """);

        measured.Select(statement => statement.Name).Distinct().Concat(excused.Keys).Order(StringComparer.Ordinal)
            .ShouldBe(files.Concat(functions).Order(StringComparer.Ordinal), "statement_costs.txt has an entry for each, and for nothing else");
    }

    [Fact]
    public async Task No_statement_touches_more_pages_than_its_work_needs_whatever_the_statistics_say()
    {
        var (month, statements) = (new PlantedMonth(database), StatementCost.Read().Measured);
        await month.KeepStatisticsAsync();
        await month.PlantAsync(Few);
        await month.AnalyseAsync();
        await using var early = await PreparedRoles.OpenAsync(database, month, statements, planned: true);
        await month.PlantAsync(Many);

        List<string> found = [.. await early.AboveBoundAsync(month, statements, "planned while there was little", PreparedRoles.OneForAll)];
        found.AddRange(await AboveBoundAsync(month, statements, "analysed while there was little"));
        await month.AsAnalysedWhenEmptyAsync();
        found.AddRange(await AboveBoundAsync(month, statements, "analysed when empty"));
        await month.AsNeverAnalysedAsync();
        found.AddRange(await AboveBoundAsync(month, statements, "never analysed"));
        await month.AnalyseAsync();
        found.AddRange(await AboveBoundAsync(month, statements, "analysed"));

        found.ShouldBeEmpty(string.Join('\n', found));
    }

    private async Task<IReadOnlyList<string>> AboveBoundAsync(PlantedMonth month, IReadOnlyList<StatementCost> statements, string statistics)
    {
        await using var roles = await PreparedRoles.OpenAsync(database, month, statements, planned: false);
        await using var lookUps = new EntityQueryCosts(database, await month.OneOfEachAsync());
        // The API's plans are made for the parameters at first, and for all when that looks as cheap.
        return
        [
            .. await roles.AboveBoundAsync(month, statements, statistics, PreparedRoles.OneForAll),
            .. await roles.AboveBoundAsync(month, statements, statistics, PreparedRoles.OneForEach),
            .. await lookUps.AboveBoundAsync(statistics),
        ];
    }
}
