using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>As <see cref="ListPlanTests"/>, for the lists of webhook messages, receipts, suppressions and sandbox messages.</summary>
public sealed class OtherListPlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Last = "'ffffffff-ffff-ffff-ffff-ffffffffffff'";
    private const string Endpoint = "'01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a51'";
    private const string Provider = "'01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a52'";
    private const int Some = 102;
    private const int Many = 1_000;
    private const string Both = "'{true,false}'";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_page_reads_no_more_than_it_looks_at(bool isAnalyzedWhenEmpty, bool isAnalyzed)
    {
        await ListPlan.StopVacuumAsync(database);
        await database.ExecuteAsync("truncate webhook_messages, webhook_attempts, receipts, suppressions, sandbox_messages");
        if (isAnalyzedWhenEmpty)
            await database.ExecuteAsync("analyze");
        var (small, large, other) = (await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync());
        await PlantAsync(small, 30);
        await PlantAsync(large, 10_000);
        await PlantAsync(other, 20_000);
        if (isAnalyzed)
            await database.ExecuteAsync("analyze");

        foreach (var tenant in (TenantId[])[small, large])
        {
            const string WebhookParameters = "tenant uuid, endpoint uuid, before_id uuid, max_rows int, state smallint, type text, take int, max_body int, max_attempts int, offset int, unsent boolean, modes boolean[]";
            await ReadsAsync("webhook_messages_list", WebhookParameters, $"{Endpoint}, {Last}, {Some}, null, null, 51, 1000, 50, 0, false, {Both}", 500);
            await ReadsAsync("webhook_messages_list", WebhookParameters, $"{Endpoint}, {Last}, {Some}, null, null, 51, 1000, 50, 0, false, '{{false}}'", 400);
            await ReadsAsync("webhook_messages_list", WebhookParameters, $"{Endpoint}, {Last}, {Many}, 1, 'none', 51, 1000, 50, 0, false, {Both}", 2 * Many + 400);
            await ReadsAsync("webhook_messages_list", WebhookParameters, $"{Endpoint}, {Last}, {Some}, 3, null, 51, 1000, 50, 0, true, {Both}", 500);
            await ReadsAsync("webhook_messages_count", "tenant uuid, endpoint uuid, max int, modes boolean[]", $"{Endpoint}, 1000, {Both}", 2_100);
            const string ReceiptParameters = "tenant uuid, modes boolean[], state smallint, before_id uuid, max_rows int, provider uuid, offset int, take int";
            await ReadsAsync("receipts_list", ReceiptParameters, $"{Both}, 4, {Last}, {Some}, null, 0, 51", 400);
            await ReadsAsync("receipts_list", ReceiptParameters, $"'{{true}}', 4, {Last}, {Many}, {Endpoint}, 0, 51", 2 * Many + 100);
            await ReadsAsync("receipts_count", "tenant uuid, modes boolean[], state smallint, max int", $"{Both}, 4, 1000", 2_100);
            const string SuppressionParameters = "tenant uuid, before_id uuid, max_rows int, now timestamptz, channel smallint, reason smallint, offset int, take int";
            await ReadsAsync("suppressions_list", SuppressionParameters, $"{Last}, {Some}, now(), null, null, 0, 51", 400);
            await ReadsAsync("suppressions_list", SuppressionParameters, $"{Last}, {Many}, now(), 3, 4, 0, 51", Many + 100);
            await ReadsAsync("suppressions_count", "tenant uuid, max int, now timestamptz, channel smallint, reason smallint", "1000, now(), null, null", 1_100);
            const string SandboxParameters = "tenant uuid, modes boolean[], before_id uuid, max_rows int, channel smallint, recipient text, first_delivery uuid, last_delivery uuid, offset int, take int";
            await ReadsAsync("sandbox_messages_list", SandboxParameters, $"{Both}, {Last}, {Some}, null, null, null, null, 0, 51", 400);
            await ReadsAsync("sandbox_messages_list", SandboxParameters, $"'{{false}}', {Last}, {Some}, null, null, null, null, 0, 51", 400);
            await ReadsAsync("sandbox_messages_list", SandboxParameters, $"{Both}, {Last}, {Some}, null, 'p7@example.com', null, null, 0, 51", 400);
            await ReadsAsync("sandbox_messages_list", SandboxParameters, $"{Both}, {Last}, {Many}, 3, null, null, null, 0, 51", 2 * Many + 100);
            await ReadsAsync("sandbox_messages_list", SandboxParameters, $"{Both}, {Last}, {Some}, null, null, {Endpoint}, {Endpoint}, 0, 51", 400);
            await ReadsAsync("sandbox_messages_count", "tenant uuid, modes boolean[], max int, recipient text", $"{Both}, 1000, null", 2_100);

            Task ReadsAsync(string statement, string parameters, string arguments, int maxRows) => ListPlan.ShouldReadAsync(database, tenant, statement, parameters, arguments, maxRows);
        }
    }

    private async Task PlantAsync(TenantId tenant, int count)
    {
        var ids = $"(select i, (lpad(to_hex(i), 12, '0') || '7000' || '8' || substr(md5('{tenant}' || i), 1, 15))::uuid as id from generate_series(1, {count}) i) x";
        await database.ExecuteAsync(
            $"""
            insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, due_at, created_at, live)
            select id, '{tenant}', {Endpoint}, 'evt_' || i, 'delivery.sent', id, 1, now(), 'body', 2 + (i % 20 = 0)::int, now(), now(), i % 40 > 0 from {ids};
            insert into receipts (tenant_id, provider_id, dedupe_hash, id, kind, state, occurred_at, received_at, next_try_at, flags, live)
            select '{tenant}', {Provider}, decode(md5(i::text) || md5(id::text), 'hex'), id, 2, 2 + 2 * (i % 4 = 0)::int, now(), now(), now(), 0, i % 40 > 0 from {ids};
            insert into suppressions (tenant_id, id, channel, address, reason, created_at)
            select '{tenant}', id, 1, 'p' || i || '@example.com', 1, now() from {ids};
            insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at, live)
            select id, '{tenant}', {Provider}, id, 1, 1, 'p' || i % 100 || '@example.com', json_build_object(), 'delivered', now(), i % 40 > 0 from {ids};
            """);
    }
}
