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
    private const string OneForAll = "force_generic_plan";
    private const string OneForEach = "force_custom_plan";

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

        List<string> found = [.. await AboveBoundAsync(early, month, statements, "planned while there was little", OneForAll)];
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
            .. await AboveBoundAsync(roles, month, statements, statistics, OneForAll),
            .. await AboveBoundAsync(roles, month, statements, statistics, OneForEach),
            .. await lookUps.AboveBoundAsync(statistics),
        ];
    }

    private static async Task<IReadOnlyList<string>> AboveBoundAsync(
        PreparedRoles roles, PlantedMonth month, IReadOnlyList<StatementCost> statements, string statistics, string planning)
    {
        var found = new List<string>();
        // Workers and lists have one plan for all parameters, always.
        foreach (var statement in statements.Where(statement => planning == OneForAll || statement.Role is not ("worker" or "lists")))
        {
            var touched = await roles[statement.Role].TouchedByAsync(statement, (await month.EvaluateAsync(statement.Parameters)).Values, planning);
            var pages = touched.Sum(relation => relation.Pages);
            if (pages > statement.MostPages)
                found.Add($"{statement.FullName}, {statistics}, {planning}: {pages} pages and not {statement.MostPages} at most for {statement.Rows} rows, of them {string.Join(", ", touched.Take(3))}");
        }

        return found;
    }
}
