using System.Collections.Frozen;
using System.Text.Json.Nodes;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Tenancy;

/// <summary>What nodes remember of tenants' settings, and for how long.</summary>
public sealed class TenantSettingsCacheTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Channels = ["email", "sms"];

    [Fact]
    public async Task A_tenant_that_set_nothing_has_the_defaults()
    {
        var tenant = await database.NewTenantAsync();
        var settings = await NewCache(TimeProvider.System).GetAsync(tenant, default);

        (settings.Status, settings.Locale, settings.Timezone, settings.Brand.Name, settings.Revision).ShouldBe((TenantStatus.Active, "en", "UTC", "Test", 0));
        (settings.RetentionDays.Count, settings.Limits.SendPerMinute, settings.SendingDomains.Count).ShouldBe((0, null, 0));
    }

    [Fact]
    public async Task Another_node_sees_a_change_within_two_seconds_and_asks_about_nobody_else()
    {
        var (tenant, other, time) = (await database.NewTenantAsync(), await database.NewTenantAsync(), new ManualTime());
        var cache = NewCache(time);
        (await cache.GetAsync(tenant, default)).Timezone.ShouldBe("UTC");
        var kept = await cache.GetAsync(other, default);

        await PatchAsync(tenant, """{"timezone":"Europe/Berlin","limits":{"daily":{"sms":5}}}""");
        (await cache.GetAsync(tenant, default)).Timezone.ShouldBe("UTC");
        time.Advance(TimeSpan.FromSeconds(2));
        var now = await cache.GetAsync(tenant, default);

        (now.Timezone, now.Limits.Daily["sms"]).ShouldBe(("Europe/Berlin", 5));
        (await cache.GetAsync(other, default)).ShouldBeSameAs(kept);
    }

    [Fact]
    public async Task A_tenant_that_does_not_exist_is_gone_and_is_not_remembered()
    {
        var cache = NewCache(TimeProvider.System);
        (await cache.GetAsync(new TenantId(Guid.NewGuid()), default)).Status.ShouldBe(TenantStatus.Gone);
        cache.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_node_that_slept_for_long_forgets_everything()
    {
        var (tenant, time) = (await database.NewTenantAsync(), new ManualTime());
        var cache = NewCache(time);
        var before = await cache.GetAsync(tenant, default);
        time.Advance(TimeSpan.FromMinutes(11));

        (await cache.GetAsync(tenant, default)).ShouldNotBeSameAs(before);
    }

    [Fact]
    public async Task Many_who_change_one_tenant_at_once_all_have_their_way()
    {
        var tenant = await database.NewTenantAsync();
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => PatchAsync(tenant, "{\"smsCaps\":{\"+" + i + "\":" + i + "}}")));

        var settings = await NewCache(TimeProvider.System).GetAsync(tenant, default);
        (settings.SmsCaps.Count, settings.Revision).ShouldBe((20, 20));
    }

    private TenantSettingsStore NewStore() => new(database.Database, database.Store, new AuditLog(database.Ids, TimeProvider.System));

    private TenantSettingsCache NewCache(TimeProvider time) => new(NewStore(), database.Database, time);

    private async Task PatchAsync(TenantId tenant, string patch)
    {
        var caller = new Caller(tenant, CallerKind.User, Guid.NewGuid(), "ann", Live: true, FrozenSet<string>.Empty, FrozenSet<string>.Empty);
        (await NewStore().PatchAsync(caller, (JsonObject)JsonNode.Parse(patch)!, Channels, default)).ShouldBeOfType<TenantSettingsChanged.Changed>();
    }
}
