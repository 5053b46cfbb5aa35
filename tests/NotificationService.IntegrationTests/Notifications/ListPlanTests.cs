using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>
/// However much a tenant and its neighbours have, and whatever the planner knows of the tables, a page of a list reads no more than it looks at.
/// Planned as a prepared statement is, on the connections that lists use.
/// </summary>
public sealed class ListPlanTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private const string First = "00000000-0000-0000-0000-000000000000";
    private const string Last = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    private const string NotificationTypes = "uuid,uuid,uuid,int,int,boolean[],text,smallint,smallint,text,text,smallint,text,int,int,uuid";
    private const string Bounds = $"'{First}', '{Last}'";
    private const string Both = "'{true,false}'";

    private readonly IntakeHost host = new(database);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_page_reads_no_more_than_it_looks_at(bool isAnalyzedWhenEmpty, bool isAnalyzed)
    {
        await ListPlan.StopVacuumAsync(database);
        await database.ExecuteAsync("truncate notifications, deliveries, timeline, template_versions, templates cascade");
        if (isAnalyzedWhenEmpty)
            await database.ExecuteAsync("analyze");
        var (small, large, other) = (await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync());
        await PlantedNotifications.PlantAsync(database, small, 30, DateTimeOffset.UtcNow.AddMinutes(-10));
        await PlantedNotifications.PlantAsync(database, large, 20_000, DateTimeOffset.UtcNow.AddMinutes(-9));
        // The newest are somebody else's: whoever walks an index without the tenant walks these first.
        await PlantedNotifications.PlantAsync(database, other, 30_000, DateTimeOffset.UtcNow.AddMinutes(-5));
        if (isAnalyzed)
            await database.ExecuteAsync("analyze");

        foreach (var tenant in (TenantId[])[small, large])
        {
            const int Some = 102, Many = PageRequest.ScanLimit;
            foreach (var (rows, arguments) in ((int, string)[])
            [
                (Some, $"0, {Both}, null, null, null, null, null, null, null, 0, 51, null"),
                (Some, "0, '{false}', null, null, null, null, null, null, null, 0, 51, null"),
                (Many, $"0, {Both}, null, 60, null, null, null, null, null, 0, 51, null"),
                (Many, $"0, {Both}, null, 40, 5, null, 'none', 2, null, 0, 51, null"),
                (Some, $"1, {Both}, 'r-77', null, null, null, null, null, null, 0, 51, null"),
                (Some, $"2, {Both}, null, 73, null, null, null, null, null, 0, 51, null"),
                (Many, $"2, {Both}, null, 73, 5, 'template-3', 'none', null, null, 0, 51, null"),
                (Some, $"3, {Both}, null, null, null, null, null, null, null, 0, 51, '{First}'"),
                (Some, $"4, {Both}, null, null, null, null, null, null, 'u-17', 0, 51, null"),
                (Many, $"4, {Both}, null, 60, null, null, null, null, 'u-17', 0, 51, null"),
                (Some, $"5, {Both}, null, null, null, 'template-3', null, null, null, 0, 51, null"),
                (Many, $"5, {Both}, null, 60, null, 'template-3', null, null, null, 0, 51, null"),
            ])
                await ListPlan.ShouldReadAsync(database, tenant, "notifications_list", NotificationTypes, $"{Bounds}, {rows}, {arguments}", 4 * rows + 600);

            foreach (var driver in (string[])["0, '{true}', null, null, null, null", $"1, {Both}, 'r-77', null, null, null", $"3, {Both}, null, null, null, '{First}'", $"4, {Both}, null, 'u-17', null, null", $"5, {Both}, null, null, 'template-3', null"])
                await ListPlan.ShouldReadAsync(database, tenant, "notifications_count", "uuid,uuid,uuid,int,int,boolean[],text,text,text,uuid", $"{Bounds}, 1000, {driver}", 2_100);

            const string DeadLetterTypes = "uuid,uuid,uuid,int,smallint,smallint,text,int,int";
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_list", DeadLetterTypes, $"{Bounds}, {Some}, null, null, null, 0, 51", 1_000);
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_list", DeadLetterTypes, $"{Bounds}, {Many}, 1, 2, 'none', 0, 51", 2 * Many + 600);
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_count", "uuid,uuid,uuid,int,smallint,smallint", $"{Bounds}, 1000, null, null", 1_000);
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_pick", "uuid,uuid,uuid,int,smallint,smallint,text,int", $"{Bounds}, 100, 1, 2, 'none', 100", 2_100);
        }
    }

    /// <summary>As it was seen: 503 each time, by the statement timeout.</summary>
    [Fact]
    public async Task A_page_of_two_filters_over_rows_that_were_stored_a_moment_ago_is_answered()
    {
        await ListPlan.StopVacuumAsync(database);
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, 20_000, DateTimeOffset.UtcNow.AddMinutes(-5));

        for (var times = 0; times < 8; times++)
        {
            var page = await host.Service<NotificationList>().ListAsync(
                tenant, new NotificationFilter(TemplateKey: PlantedNotifications.Template, Status: DeliveryStatus.Sent), PageRequest.ByNumber(3, 50), CancellationToken.None);
            (page.Items.Count, page.HasMore).ShouldBe((50, true));
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
