using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Erasure;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Recipients;

/// <summary>A tenant that asks for many people to be erased does not make another miss its date, and what found nothing is not kept for good.</summary>
public sealed class RecipientErasureTurnsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Tenants_take_turns_however_many_one_of_them_asks_for_and_however_long_they_have_waited()
    {
        await database.ExecuteAsync("delete from recipient_erasures");
        TenantId[] tenants = [.. new[] { await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync() }.OrderBy(tenant => tenant.ToString(), StringComparer.Ordinal)];
        await PlantAsync(tenants[0], 1, TimeSpan.FromMinutes(1));
        await PlantAsync(tenants[1], 50, TimeSpan.FromDays(1));
        await PlantAsync(tenants[2], 1, TimeSpan.FromMinutes(1));
        var (served, turns) = (Guid.Empty, new List<Guid>());

        for (var i = 0; i < 5; i++)
            turns.Add(served = (await TakeAsync(served))!.Value);

        turns.ShouldBe([tenants[0].Value, tenants[1].Value, tenants[2].Value, tenants[1].Value, tenants[1].Value]);
    }

    [Fact]
    public async Task Of_one_tenant_that_which_was_looked_at_the_longest_ago_is_next_and_none_that_a_worker_is_at()
    {
        await database.ExecuteAsync("delete from recipient_erasures");
        var tenant = await database.NewTenantAsync();
        await PlantAsync(tenant, 1, TimeSpan.FromMinutes(1));
        await PlantAsync(tenant, 1, TimeSpan.FromHours(1));
        var longest = await database.ScalarAsync<Guid>($"select id from recipient_erasures where tenant_id = '{tenant}' order by worked_until limit 1");

        (await database.ScalarAsync<Guid>($"select id from notification_meta.next_recipient_erasure('{tenant}')")).ShouldBe(longest);
        (await TakeAsync(tenant.Value)).ShouldBe(tenant.Value);
        (await TakeAsync(tenant.Value)).ShouldBeNull();
    }

    [Fact]
    public async Task A_receipt_that_found_nothing_goes_after_a_day_and_every_other_stays()
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"""
            insert into recipient_erasures (tenant_id, id, live, digest, requested_at, asked_at, sweep_began, finished_at, counts, signature)
            select '{tenant}', gen_random_uuid(), true, sha256((g || found)::bytea), now(), now(), now(), now() - g * interval '1 hour', found::jsonb, 's'
            from unnest(array[23, 25]) g, unnest(array['{"{}"}', '{"{\"directory\": 1}"}']) found;
            insert into recipient_erasures (tenant_id, id, live, digest, requested_at, asked_at, sweep_began, finished_at, signature)
            select '{tenant}', gen_random_uuid(), true, sha256(g::text::bytea), now(), now(), now(), now() - interval '2 days', 's' from generate_series(1, 450) g
            """);
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var eraser = worker.Services.GetServices<IHostedService>().OfType<RecipientEraser>().Single();

        await eraser.RunAsync(CancellationToken.None);

        (await database.QueryAsync<string>($"select counts::text || ' ' || (extract(epoch from now() - finished_at) / 3600)::int from recipient_erasures where tenant_id = '{tenant}' order by 1"))
            .ShouldBe(["{\"directory\": 1} 23", "{\"directory\": 1} 25", "{} 23"]);
    }

    private Task<int> PlantAsync(TenantId tenant, int count, TimeSpan waited) => database.ExecuteAsync($"""
        insert into recipient_erasures (tenant_id, id, live, digest, user_id, addresses, requested_at, asked_at, sweep_began, worked_until)
        select '{tenant}', gen_random_uuid(), true, sha256(('{waited}' || g)::bytea), 'u-' || g, '{"{}"}', now(), now(), now(), now() - '{waited}'::interval from generate_series(1, {count}) g
        """);

    /// <summary>Whose turn it is after a tenant's.</summary>
    private async Task<Guid?> TakeAsync(Guid after) => (await database.QueryAsync<Guid>($"select tenant_id from notification_meta.next_recipient_erasure('{after}')")).Select(tenant => (Guid?)tenant).SingleOrDefault();
}
