using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>A plan that was made in a new database is kept until somebody analyses its tables, and by then they may be full.</summary>
public sealed class FirstPlanCostTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_plan_that_was_made_when_there_was_nothing_reads_no_more_when_there_is_much()
    {
        var (month, statements) = (new PlantedMonth(database), StatementCost.Read().Measured);
        await month.KeepStatisticsAsync();
        // Makes the functions that parameters are written with.
        await month.PlantAsync(0);
        await month.EmptyAsync();
        await using var first = await PreparedRoles.OpenAsync(database, month, statements, planned: true);
        await month.PlantAsync(400);
        await month.PlantAsync(206_000);

        var found = await first.AboveBoundAsync(month, statements, "planned while there was nothing", PreparedRoles.OneForAll);

        found.ShouldBeEmpty(string.Join('\n', found));
    }
}
