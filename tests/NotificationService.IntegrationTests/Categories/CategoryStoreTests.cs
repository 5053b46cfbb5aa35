using NotificationService.Categories;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Categories;

/// <summary>Categories that sends bring, at two nodes over one database.</summary>
public sealed class CategoryStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Two_nodes_that_bring_more_keys_than_there_is_room_for_make_exactly_the_limit()
    {
        var tenant = await database.NewTenantAsync();
        await PlantAsync(tenant, CategoryStore.MaxOfTenant - 20);
        var nodes = new[] { Node(), Node() };

        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => nodes[i % 2].Store.NoteAsync(tenant, $"new-{i / 2}", CancellationToken.None))));

        // Both nodes bring thirty keys, the same ones.
        made.Count(isMade => isMade).ShouldBeInRange(20, 40);
        (await database.ScalarAsync<long>($"select count(*) from categories where tenant_id = '{tenant}'")).ShouldBe(CategoryStore.MaxOfTenant);
        (await nodes[0].Catalog.GetAsync(tenant, CancellationToken.None)).IsFull.ShouldBeTrue();
    }

    [Fact]
    public async Task A_thousand_who_bring_one_key_make_one_category()
    {
        var tenant = await database.NewTenantAsync();
        var nodes = new[] { Node(), Node() };

        (await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => nodes[i % 2].Store.NoteAsync(tenant, "orders", CancellationToken.None)))).ShouldAllBe(isMade => isMade);

        (await database.ScalarAsync<long>($"select count(*) from categories where tenant_id = '{tenant}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_key_that_is_known_costs_no_statement_for_two_seconds_and_a_change_elsewhere_is_seen_after_them()
    {
        var tenant = await database.NewTenantAsync();
        await PlantAsync(tenant, 1);
        var node = Node();
        var first = await node.Catalog.GetAsync(tenant, CancellationToken.None);
        await database.ExecuteAsync($"update categories set critical = true where tenant_id = '{tenant}'");

        (await node.Catalog.GetAsync(tenant, CancellationToken.None)).ShouldBeSameAs(first);
        time.Advance(TimeSpan.FromSeconds(2));
        (await node.Catalog.GetAsync(tenant, CancellationToken.None)).ByKey["k1"].Critical.ShouldBeTrue();
    }

    [Fact]
    public async Task A_change_on_this_node_is_seen_at_once()
    {
        var tenant = await database.NewTenantAsync();
        var node = Node();
        (await node.Catalog.GetAsync(tenant, CancellationToken.None)).ByKey.ShouldBeEmpty();

        (await node.Store.NoteAsync(tenant, "orders", CancellationToken.None)).ShouldBeTrue();

        (await node.Catalog.GetAsync(tenant, CancellationToken.None)).ByKey.Keys.ShouldBe(["orders"]);
    }

    private (CategoryStore Store, CategoryCatalog Catalog) Node()
    {
        var catalog = new CategoryCatalog(database.Database, time);
        return (new CategoryStore(new TenantStore(database.Database), catalog, new AuditLog(database.Ids, time), database.Ids, time), catalog);
    }

    private Task<int> PlantAsync(TenantId tenant, int count) => database.ExecuteAsync($"""
        insert into categories (tenant_id, id, key, name, names, channels, critical, marketing, digestable, revision, created_at, updated_at)
        select '{tenant}', gen_random_uuid(), 'k' || n, 'K', '{"{}"}', '{"{}"}', false, false, false, 1, now(), now() from generate_series(1, {count}) n
        """);
}
