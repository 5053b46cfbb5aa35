using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>Nobody's receipts are in anybody's way: not a tenant's that has very many, nor one that the database refuses.</summary>
public sealed class ReceiptFairnessTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SentDeliveries planted = new(database);
    private readonly ReceiptIntake intake = database.NewReceiptIntake();
    private readonly ReceiptStore store = database.NewReceiptStore();
    private TenantId tenant;
    private Guid provider;

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("delete from receipts");
        tenant = await database.NewTenantAsync();
        provider = await planted.ProviderAsync(tenant);
    }

    public ValueTask DisposeAsync() => intake.DisposeAsync();

    [Fact]
    public async Task A_tenant_with_very_many_receipts_shares_each_turn_with_the_others()
    {
        await JunkAsync(await database.NewTenantAsync(), 20_000);
        var deliveries = await planted.SentAsync(tenant, provider, 10);
        await KeepAsync([.. deliveries.Select(delivery => new Receipt($"{delivery}", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery })]);
        await JunkAsync(await database.NewTenantAsync(), 20_000);

        var looked = await store.ApplyAsync(60, CancellationToken.None);

        looked.Count.ShouldBe(50, "20 of each that has so many, and the ten");
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and status = {{status.delivered}}")).ShouldBe(10);
    }

    [Fact]
    public async Task With_more_tenants_than_a_turn_walks_past_each_gets_its_turn()
    {
        await database.ExecuteAsync(
            $"""
            with t as materialized (select gen_random_uuid() as id from generate_series(1, {ReceiptStore.MaxTenants + 20})),
            tenant as (insert into tenants (tenant_id, key, name) select id, 'many-' || id, 'Many' from t)
            {Junk("t.id", "t")}
            """);

        var looked = new HashSet<TenantId>();
        for (var turn = 0; turn < 2; turn++)
            looked.UnionWith((await store.ApplyAsync(60, CancellationToken.None)).Select(ended => ended.Receipt.Tenant));

        looked.Count.ShouldBe(ReceiptStore.MaxTenants + 20);
    }

    [Fact]
    public async Task Nobody_waits_behind_a_tenant_that_brings_very_much_at_once()
    {
        var flooder = await database.NewTenantAsync();
        var flood = Enumerable.Range(0, 40).Select(body => intake.TryKeepAsync(
            new IncomingReceipts(flooder, provider, [.. Enumerable.Range(0, 4_000).Select(row => new Receipt($"{body} {row}", ReceiptKind.Opened, DateTimeOffset.UtcNow))]), CancellationToken.None)).ToList();

        await KeepAsync([new Receipt("one", ReceiptKind.Opened, DateTimeOffset.UtcNow)]);
        flood.Count(body => !body.IsCompleted).ShouldBeGreaterThan(10, "it was kept while most of them were still waiting");

        (await Task.WhenAll(flood)).ShouldAllBe(kept => kept);
        (await database.ScalarAsync<long>($"select count(*) from receipts where tenant_id = '{flooder}'")).ShouldBe(160_000);
    }

    [Fact]
    public async Task The_one_that_the_database_refuses_is_found_and_the_others_are_applied_in_the_same_turn()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 200);
        // No row of the timeline fits behind these.
        await database.ExecuteAsync($"update deliveries set timeline_seq = 32767 where id in ('{deliveries[7]}', '{deliveries[150]}')");
        await KeepAsync([.. deliveries.Select(delivery => new Receipt($"{delivery}", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery })]);

        await Should.ThrowAsync<Npgsql.PostgresException>(() => store.ApplyAsync(500, CancellationToken.None));
        var looked = await store.ApplyCarefullyAsync(500, CancellationToken.None);

        looked.Count.ShouldBe(200);
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and status = {{status.delivered}}")).ShouldBe(198);
        (await database.QueryAsync<string>($"select reason from receipts where tenant_id = '{tenant}' and state = {{receipt.pending}}")).ShouldBe(["error_22003", "error_22003"]);

        for (var tries = 0; tries < 20; tries++)
        {
            await database.ExecuteAsync($"update receipts set next_try_at = now() where tenant_id = '{tenant}' and state = {{receipt.pending}}");
            await store.ApplyCarefullyAsync(500, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select reason from receipts where tenant_id = '{tenant}' and state = {{receipt.unmatched}}")).ShouldBe(["error_22003", "error_22003"]);
        await database.ExecuteAsync($"delete from timeline where tenant_id = '{tenant}'; delete from deliveries where tenant_id = '{tenant}'; delete from attempts where tenant_id = '{tenant}'");
    }

    private async Task KeepAsync(Receipt[] receipts) =>
        (await intake.TryKeepAsync(new IncomingReceipts(tenant, provider, receipts), CancellationToken.None)).ShouldBeTrue();

    private Task<int> JunkAsync(TenantId of, int count) => database.ExecuteAsync(Junk($"'{of}'::uuid", $"generate_series(1, {count})"));

    /// <summary>Due for a while, and about nothing that exists.</summary>
    private static string Junk(string tenant, string rows) =>
        $"""
        insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, kind, state, occurred_at, received_at, next_try_at, flags)
        select {tenant}, gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), gen_random_uuid(), 2, 1, now(), now() - interval '1 min', now() - interval '1 min', 0
        from {rows}
        """;
}
