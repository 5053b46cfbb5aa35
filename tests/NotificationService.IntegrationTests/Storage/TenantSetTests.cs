using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>The scope of a statement that works on rows of several tenants.</summary>
public sealed class TenantSetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_set_is_in_the_order_in_which_the_database_searches_it()
    {
        var random = new Random(13);
        for (var count = 2; count < 200; count += 7)
        {
            var tenants = Enumerable.Range(0, count).Select(_ => NewTenant(random)).ToList();

            var sorted = await database.ScalarAsync<string>("select array(select unnest($1::uuid[]) order by 1)::text", new NpgsqlParameter { Value = TenantSet.Of(tenants).ToString() });

            TenantSet.Of(tenants).ToString().ShouldBe(sorted);
            TenantSet.Of([.. tenants, tenants[0]]).Count.ShouldBe(count);
        }

        Should.Throw<ArgumentException>(() => TenantSet.Of([]));
    }

    [Fact]
    public async Task Under_a_set_a_worker_sees_the_rows_of_its_tenants_and_of_nobody_else()
    {
        var tenants = new List<TenantId>();
        for (var i = 0; i < 20; i++)
        {
            tenants.Add(await database.NewTenantAsync());
            await database.ExecuteAsync($"insert into suppressions (tenant_id, id, channel, address, reason, created_at) values ('{tenants[i]}', gen_random_uuid(), 1, 'a@example.com', 1, now())");
        }

        foreach (var seen in (TenantId[][])[[.. tenants.Where((_, i) => i % 3 == 0)], [tenants[4], tenants[11]], [tenants[7]], [.. tenants]])
            (await SeenAsync(TenantSet.Of(seen))).ShouldBe(seen.Select(tenant => tenant.Value).Order());
    }

    [Fact]
    public async Task A_scope_that_is_opened_ends_the_one_before_it()
    {
        var (one, two, three) = (await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync());
        foreach (var tenant in (TenantId[])[one, two, three])
            await database.ExecuteAsync($"insert into suppressions (tenant_id, id, channel, address, reason, created_at) values ('{tenant}', gen_random_uuid(), 1, 'a@example.com', 1, now())");

        (await SeenAsync(TenantSet.Of([one]), TenantSet.Of([two, three]))).ShouldBe(((Guid[])[two.Value, three.Value]).Order());
        (await SeenAsync(TenantSet.Of([two, three]), TenantSet.Of([one]))).ShouldBe([one.Value]);
    }

    private static TenantId NewTenant(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new TenantId(new Guid(bytes));
    }

    /// <summary>Whose rows are seen once these scopes were opened, one after the other.</summary>
    private async Task<IReadOnlyList<Guid>> SeenAsync(params TenantSet[] scopes)
    {
        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var scope in scopes)
        {
            await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(scope) } };
            await batch.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand("select tenant_id from suppressions order by 1", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync();
        var seen = new List<Guid>();
        while (await reader.ReadAsync())
            seen.Add(reader.GetGuid(0));
        return seen;
    }
}
