using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>The checker itself: it must find what it is there to find.</summary>
public sealed class InvariantsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>The second of the delivery's chain, and a call of it.</summary>
    private const string Behind = "insert into deliveries (id, tenant_id, channel, priority, status, due_at, chain) select overlay(id::text placing '2' from 36)::uuid, tenant_id, 2, priority, ";
    private const string CalledBehind = "insert into attempts select overlay(id::text placing '2' from 36)::uuid, 1, tenant_id, gen_random_uuid(), 1, now() from deliveries where id = '{0}'";

    private readonly AcceptedNotifications accepted = new(database);

    [Theory]
    [InlineData("delete from notifications where id = (left('{0}', 35) || '0')::uuid", "a delivery has no notification")]
    [InlineData("delete from deliveries where id = '{0}'", "a notification has no delivery")]
    [InlineData("update deliveries set tenant_id = gen_random_uuid() where id = '{0}'", "a delivery belongs to another tenant")]
    [InlineData("update deliveries set status = {status.sent}, attempts = 1 where id = '{0}'", "the last timeline row differs from the status")]
    [InlineData("update timeline set seq = 3 where delivery_id = '{0}'", "the timeline has a gap")]
    [InlineData("insert into timeline select delivery_id, 2, tenant_id, {status.queued}, at from timeline where delivery_id = '{0}'", "a status changed in a way that is not legal")]
    [InlineData("update deliveries set status = {status.sending}, lease_until = now() - interval '1 min' where id = '{0}'", "something is leased by the dead")]
    [InlineData("update deliveries set lease_owner = id where id = '{0}'", "a lease or a begun call is left")]
    [InlineData("update deliveries set attempts = 2 where id = '{0}'", "attempts are not numbered")]
    [InlineData("insert into attempts select id, 1, tenant_id, null, {outcome.accepted}, now() from deliveries where id = '{0}'", "something was sent although")]
    [InlineData("insert into attempts select id, 1, tenant_id, null, {outcome.ambiguous}, now() from deliveries where id = '{0}'", "an ambiguous attempt is not marked")]
    [InlineData("insert into receipts (tenant_id, provider_id, dedupe_hash, id, kind, state, occurred_at, received_at, next_try_at, flags) select tenant_id, id, sha256('x'), id, {receipt_kind.delivered}, {receipt.ignored}, now(), now(), now(), 0 from deliveries where id = '{0}'", "a receipt has ended and nobody says why")]
    [InlineData("insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, kind, state, occurred_at, received_at, next_try_at, flags) select tenant_id, id, sha256('x'), id, id, {receipt_kind.delivered}, {receipt.pending}, now(), now() - interval '1 h', now(), 0 from deliveries where id = '{0}'", "a receipt waits although")]
    [InlineData("insert into engagements select id, id, gen_random_uuid(), 7, now() from deliveries where id = '{0}'", "an engagement has no delivery of its tenant")]
    [InlineData("with s as (insert into suppressions (tenant_id, id, channel, address, reason, created_at) select tenant_id, '01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11', 1, 'ann@example.com', 1, now() from deliveries where id = '{0}') insert into attempts select id, 1, tenant_id, id, 2, now() from deliveries where id = '{0}'", "a call began to an address that was suppressed")]
    [InlineData("update deliveries set chain = 1, status = {status.delivered} where id = '{0}';" + Behind + "{status.queued}, due_at, 2 from deliveries where id = '{0}'", "of a chain something waits although another channel")]
    [InlineData("update deliveries set chain = 1, status = {status.failed} where id = '{0}';" + Behind + "{status.scheduled}, due_at, 2 from deliveries where id = '{0}'", "of a chain something waits although the channel before it")]
    [InlineData(
        "update deliveries set chain = 1 where id = '{0}'; insert into timeline select id, 2, tenant_id, {status.delivered}, now() - interval '1 hour' from deliveries where id = '{0}';"
        + Behind + "{status.sent}, due_at, 2 from deliveries where id = '{0}';" + CalledBehind, "of a chain a channel was called after another")]
    [InlineData("update deliveries set chain = 1 where id = '{0}';" + Behind + "{status.sent}, due_at, 2 from deliveries where id = '{0}';" + CalledBehind, "of a chain a channel was called although")]
    public async Task A_planted_violation_is_found(string plant, string sentence)
    {
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts, receipts, engagements, suppressions");
        var delivery = (await accepted.PlantAsync(await database.NewTenantAsync(), 3))[1];
        var invariants = new Invariants(database.Superuser);
        (await invariants.ViolationsAsync()).ShouldBeEmpty();

        await database.ExecuteAsync(plant.Replace("{0}", delivery.ToString(), StringComparison.Ordinal));

        (await invariants.ViolationsAsync()).ShouldContain(violation => violation.StartsWith(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_clients_and_providers_know_and_the_database_does_not_is_found()
    {
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts, receipts, engagements, suppressions");
        var delivery = (await accepted.PlantAsync(await database.NewTenantAsync(), 1))[0];
        var invariants = new Invariants(database.Superuser);

        (await invariants.ViolationsAsync(accepted: [delivery.Notification.Value, Guid.Empty])).ShouldHaveSingleItem().ShouldStartWith("something accepted is missing: 1");
        (await invariants.ViolationsAsync(reports: ["never kept"])).ShouldHaveSingleItem().ShouldStartWith("a provider was answered and its report is missing: 1");
        (await invariants.ViolationsAsync(calls: [(delivery.ToString(), 1)])).ShouldHaveSingleItem().ShouldStartWith("a provider was called and there is no attempt");

        await database.ExecuteAsync($"insert into attempts select id, n, tenant_id, null, 1, now() from deliveries, generate_series(1, 2) n where id = '{delivery}'");
        var calls = new[] { (delivery.ToString(), 1), (delivery.ToString(), 2), (delivery.ToString(), 2) };
        var found = await invariants.ViolationsAsync(calls: calls);
        found.ShouldContain(violation => violation.StartsWith("one attempt made two calls", StringComparison.Ordinal));
        found.ShouldContain(violation => violation.StartsWith("a provider was called again after an attempt that was not in doubt", StringComparison.Ordinal));
    }
}
