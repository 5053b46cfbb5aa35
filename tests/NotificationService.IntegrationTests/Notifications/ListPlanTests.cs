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
    private const string NotificationParameters = "tenant uuid, from_id uuid, before_id uuid, max_rows int, modes boolean[], reference text, status smallint, channel smallint, template text, category text, priority smallint, user_id text, offset int, take int, batch uuid";
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
            const int Some = 102, Many = 1_000;
            string[] rows = ["notifications", "by_mode"], merged = [.. rows, "merged"], alone = [.. rows, "one_mode"];
            foreach (var (looked, arguments, variants) in ((int, string, string[])[])
            [
                (Some, $"{Both}, null, null, null, null, null, null, null, 0, 51, null", ["newest", "exact", .. merged]),
                (PageRequest.Reach, $"{Both}, null, null, null, null, null, null, null, 9900, 101, null", ["newest", "exact", .. merged]),
                (Some, "'{false}', null, null, null, null, null, null, null, 0, 51, null", ["newest", "exact", .. alone]),
                (PageRequest.Reach, "'{true}', null, null, null, null, null, null, null, 9900, 101, null", ["newest", "exact", .. alone]),
                (Many, "'{true}', null, 40, 5, null, 'none', 2, null, 0, 51, null", ["newest", "filtered", "by_row", .. alone]),
                (Some, "'{true}', 'r-77', null, null, null, null, null, null, 0, 51, null", ["reference", "exact", .. alone]),
                (Some, "'{true}', null, null, null, null, null, null, 'u-17', 0, 51, null", ["user", "exact", .. alone]),
                (Many, $"{Both}, null, 60, null, null, null, null, null, 0, 51, null", ["newest", "filtered", "by_row", .. merged]),
                (Many, $"{Both}, null, 40, 5, null, 'none', 2, null, 0, 51, null", ["newest", "filtered", "by_row", .. merged]),
                (Some, $"{Both}, 'r-77', null, null, null, null, null, null, 0, 51, null", ["reference", "exact", .. merged]),
                (Many, $"{Both}, 'r-77', 60, null, null, null, null, null, 0, 51, null", ["reference", "filtered", "by_row", .. merged]),
                (Some, $"{Both}, null, 73, null, null, null, null, null, 0, 51, null", ["ended", "filtered"]),
                (Some, "'{true}', null, 73, 2, null, null, null, null, 0, 51, null", ["ended", "filtered"]),
                (Many, $"{Both}, null, 73, 5, 'template-3', 'none', null, null, 0, 51, null", ["ended", "filtered", "by_row"]),
                (Some, $"{Both}, null, null, null, null, null, null, null, 0, 51, '{First}'", ["batch", "exact", "notifications"]),
                (Many, $"{Both}, null, 40, null, null, null, null, null, 0, 51, '{First}'", ["batch", "filtered", "by_row", "notifications"]),
                (Some, $"{Both}, null, null, null, null, null, null, 'u-17', 0, 51, null", ["user", "exact", .. merged]),
                (Many, $"{Both}, null, 60, null, null, null, null, 'u-17', 0, 51, null", ["user", "filtered", "by_row", .. merged]),
                (Some, $"{Both}, null, null, null, 'template-3', null, null, null, 0, 51, null", ["template", "exact", .. merged]),
                (Many, $"{Both}, null, 60, null, 'template-3', null, null, null, 0, 51, null", ["template", "filtered", "by_row", .. merged]),
            ])
                await ListPlan.ShouldReadAsync(database, tenant, "notifications_list", NotificationParameters, $"{Bounds}, {looked}, {arguments}", 4 * looked + 600, variants);

            foreach (var (arguments, variants) in ((string, string[])[])
            [
                ("'{true}', null, null, null, null, null, null", ["newest", .. rows]),
                ($"{Both}, 'r-77', null, null, null, null, null", ["reference", .. rows]),
                ($"{Both}, null, null, null, null, null, '{First}'", ["batch", "notifications"]),
                ($"{Both}, null, null, null, null, 'u-17', null", ["user", .. rows]),
                ($"{Both}, null, null, null, 'template-3', null, null", ["template", .. rows]),
                ($"{Both}, null, 73, null, null, null, null", ["ended"]),
            ])
                await ListPlan.ShouldReadAsync(
                    database, tenant, "notifications_count", "tenant uuid, from_id uuid, before_id uuid, max_rows int, modes boolean[], reference text, status smallint, channel smallint, template text, user_id text, batch uuid",
                    $"{Bounds}, 1000, {arguments}", 2_100, variants);

            const string DeadLetterParameters = "tenant uuid, from_id uuid, before_id uuid, max_rows int, modes boolean[], channel smallint, failure_kind smallint, failure_code text, offset int, take int";
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_list", DeadLetterParameters, $"{Bounds}, {Some}, {Both}, null, null, null, 0, 51", 1_000);
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_list", DeadLetterParameters, $"{Bounds}, {Some}, '{{false}}', null, null, null, 0, 51", 1_000);
            await ListPlan.ShouldReadAsync(database, tenant, "dead_letters_list", DeadLetterParameters, $"{Bounds}, {Many}, {Both}, 1, 2, 'none', 0, 51", 2 * Many + 600);
            await ListPlan.ShouldReadAsync(
                database, tenant, "dead_letters_count", "tenant uuid, from_id uuid, before_id uuid, max_rows int, modes boolean[], channel smallint, failure_kind smallint",
                $"{Bounds}, 1000, {Both}, null, null", 2_100);
            await ListPlan.ShouldReadAsync(
                database, tenant, "dead_letters_pick", "tenant uuid, from_id uuid, before_id uuid, max_rows int, modes boolean[], channel smallint, failure_kind smallint, failure_code text, max int",
                $"{Bounds}, 100, {Both}, 1, 2, 'none', 100", 2_100);
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
