using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>The list with very many rows.</summary>
public sealed class SuppressionListTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Of_a_long_list_one_address_is_found_by_its_key_and_no_more_than_the_window_is_counted()
    {
        var tenant = await database.NewTenantAsync();
        var list = new SuppressionList(database.Store, new SuppressionQueries(database.Database, new LongLists(TimeProvider.System), TimeProvider.System), new AuditLog(database.Ids, TimeProvider.System), database.Ids, TimeProvider.System);
        await database.ExecuteAsync(
            $"insert into suppressions (tenant_id, id, channel, address, reason, created_at) select '{tenant}', gen_random_uuid(), 1, 'p' || i || '@example.com', 1, now() from generate_series(1, 10050) i");
        await database.ExecuteAsync(
            $"insert into suppressions (tenant_id, id, channel, address, reason, created_at) select '{tenant}', gen_random_uuid(), c, 'P7@Example.com', 5, now() from generate_series(2, 3) c");

        for (var times = 0; times < 10; times++)
        {
            (await AddressesAsync("P7@Example.com")).Order().ShouldBe(["Email p7@example.com", "Push P7@Example.com", "Sms P7@Example.com"]);
            (await AddressesAsync("p7@example.com")).ShouldBe(["Email p7@example.com"]);
            (await AddressesAsync("nobody@example.com")).ShouldBeEmpty();
        }

        // By now the statistics of the sessions that asked have arrived.
        await Eventually.TrueAsync(
            async () => await database.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname like 'suppressions_tenant_id_channel_address_key%'") > 0,
            TimeSpan.FromSeconds(60), () => "nobody asked the index of the addresses' keys");
        (await database.ScalarAsync<long>("select idx_tup_fetch + seq_tup_read from pg_stat_user_tables where relname = 'suppressions'")).ShouldBeLessThan(1_000);
        var page = await list.ListAsync(tenant, new SuppressionFilter(null, null, null), PageRequest.ByNumber(1, 50), CancellationToken.None);
        (page.Items.Count, page.Total).ShouldBe((50, ListTotal.Of(PageRequest.Reach + 1)));

        async Task<IEnumerable<string>> AddressesAsync(string address) =>
            (await list.ListAsync(tenant, new SuppressionFilter(null, address, null), PageRequest.ByNumber(1, 50), CancellationToken.None)).Items.Select(row => $"{row.Channel} {row.Address}");
    }
}
