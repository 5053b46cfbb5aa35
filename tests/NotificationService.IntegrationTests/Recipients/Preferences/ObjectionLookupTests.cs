using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Recipients.Preferences;

/// <summary>What stands against sending, looked up for many at once.</summary>
public sealed class ObjectionLookupTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Many_tenants_that_share_a_round_trip_are_each_answered_with_their_own()
    {
        var tenants = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.NewTenantAsync()));
        foreach (var tenant in tenants)
        {
            await PreferAsync(tenant, "ann", $$$"""{"channels":{"sms":{{{(tenant == tenants[0] ? "true" : "false")}}}}}""");
            if (tenant != tenants[1])
                await SuppressAsync(tenant, "ann@example.com");
        }

        await using var lookup = new ObjectionLookup(database.Database, new ObjectingTenants(database.Database, time), time);
        var ann = new StoredRecipient { UserId = "ann", Email = "Ann@Example.com", Phone = "+14155550100" };
        var found = await Task.WhenAll(Enumerable.Range(0, 400).Select(async i => (Tenant: tenants[i % 8], Objections: await lookup.FindAsync(tenants[i % 8], ann, CancellationToken.None))));

        foreach (var (tenant, objections) in found)
        {
            objections.Of("ann")!.Channels!["sms"].ShouldBe(tenant == tenants[0]);
            objections.Of("bob").ShouldBeNull();
            objections.Of(ann).Count.ShouldBe(tenant == tenants[1] ? 0 : 1);
        }
    }

    [Fact]
    public async Task Thousands_are_looked_up_together_and_each_has_its_own()
    {
        var tenant = await database.NewTenantAsync();
        await PreferAsync(tenant, "u-4321", """{"paused":true}""");
        await SuppressAsync(tenant, "u17@example.com");
        await using var lookup = new ObjectionLookup(database.Database, new ObjectingTenants(database.Database, time), time);
        StoredRecipient Of(int i) => new() { UserId = $"u-{i}", Email = $"u{i}@example.com", DeviceTokens = ["\ud800 is no token", $"token-{i}"] };

        var found = await lookup.FindAsync(tenant, Enumerable.Range(0, 5_000).Select(Of), CancellationToken.None);

        Enumerable.Range(0, 5_000).Where(i => found.Of($"u-{i}") is not null).ShouldBe([4321]);
        Enumerable.Range(0, 5_000).Where(i => found.Of(Of(i)).Count > 0).ShouldBe([17]);
    }

    [Fact]
    public async Task A_tenant_that_has_nothing_is_looked_at_again_after_two_seconds_or_when_it_saves_something_here()
    {
        var tenant = await database.NewTenantAsync();
        var tenants = new ObjectingTenants(database.Database, time);
        (await tenants.HasAnyAsync(tenant, CancellationToken.None)).ShouldBeFalse();
        await SuppressAsync(tenant, "ann@example.com");

        (await tenants.HasAnyAsync(tenant, CancellationToken.None)).ShouldBeFalse("it is believed for two seconds");
        time.Advance(TimeSpan.FromSeconds(2));
        (await tenants.HasAnyAsync(tenant, CancellationToken.None)).ShouldBeTrue();

        var other = await database.NewTenantAsync();
        (await tenants.HasAnyAsync(other, CancellationToken.None)).ShouldBeFalse();
        (await new PreferenceStore(database.Store, tenants, time).SaveAsync(other, "ann", new PersonPreferences { Paused = true }, null, CancellationToken.None)).ShouldBeOfType<PreferencesSaved.Saved>();
        (await tenants.HasAnyAsync(other, CancellationToken.None)).ShouldBeTrue();
    }

    private Task<int> PreferAsync(TenantId tenant, string userId, string says) => database.ExecuteAsync(
        $"insert into recipient_preferences (tenant_id, user_id, version, says, updated_at) values ('{tenant}', '{userId}', 1, '{says}', now())");

    private Task<int> SuppressAsync(TenantId tenant, string address) => database.ExecuteAsync(
        $"insert into suppressions (tenant_id, id, channel, address, reason, created_at) values ('{tenant}', '{database.Ids.Next()}', {(int)ChannelKind.Email}, '{address}', 5, now())");
}
