using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>In which order the queue is worked. The claim statement itself, on a database of its own.</summary>
public sealed class FairnessTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly AcceptedNotifications accepted = new(database);
    private readonly ClaimShares shares = new();
    private readonly LaneCursors cursors = new();
    private readonly DueWatermarks watermarks = new(4, TimeProvider.System);
    private WorkerHost? worker;
    private DeliveryStore? store;

    private WorkerHost Worker => worker ?? throw new InvalidOperationException("not initialized");

    private DeliveryStore Store => store ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("truncate deliveries, timeline, notifications");
        worker = WorkerHost.Create(database.ConnectionString);
        store = Worker.Services.GetRequiredService<DeliveryStore>();
    }

    [Fact]
    public async Task One_message_of_a_quiet_tenant_is_in_the_next_claim_however_much_another_has_queued()
    {
        var (loud, quiet) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        await accepted.PlantAsync(loud, 5_000);
        await ClaimAsync(100);
        await accepted.PlantAsync(quiet, 1);

        (await ClaimAsync(100)).Count(delivery => delivery.Tenant == quiet).ShouldBe(1);
    }

    [Fact]
    public async Task Tenants_with_much_to_send_share_a_claim_equally_and_a_lone_one_gets_it_whole()
    {
        var (first, second) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        await accepted.PlantAsync(first, 400);
        await ClaimAsync(100);
        (await ClaimAsync(100)).Count.ShouldBeGreaterThanOrEqualTo(60);
        await accepted.PlantAsync(second, 400);
        await ClaimAsync(100);

        var claimed = await ClaimAsync(100);

        var ofFirst = claimed.Count(delivery => delivery.Tenant == first);
        ofFirst.ShouldBeInRange(claimed.Count * 45 / 100, claimed.Count * 55 / 100);
    }

    [Fact]
    public async Task Channels_of_one_tenant_do_not_wait_for_each_other()
    {
        var tenant = await database.NewTenantAsync();
        await accepted.PlantAsync(tenant, 500);
        await accepted.PlantAsync(tenant, 5, ChannelKind.InApp);

        (await ClaimAsync(100)).Count(delivery => delivery.Channel == ChannelKind.InApp).ShouldBe(5);
    }

    [Fact]
    public async Task What_is_critical_goes_first_and_no_class_is_left_without_a_share()
    {
        var tenant = await database.NewTenantAsync();
        foreach (var priority in Enum.GetValues<Priority>())
            await accepted.PlantAsync(tenant, 600, priority: priority);
        await ClaimAsync(64);

        var claimed = new List<ClaimedDelivery>();
        for (var round = 0; round < 8; round++)
            claimed.AddRange(await ClaimAsync(64));

        var counts = claimed.CountBy(delivery => delivery.Priority).ToDictionary();
        counts[Priority.Critical].ShouldBeGreaterThan(claimed.Count / 2);
        foreach (var priority in Enum.GetValues<Priority>())
            counts.GetValueOrDefault(priority).ShouldBeGreaterThan(0, priority.ToName());
    }

    [Fact]
    public async Task More_lanes_than_fit_into_a_claim_are_all_reached_also_behind_lanes_that_only_wait()
    {
        var waiting = new List<TenantId>();
        for (var i = 0; i < 40; i++)
        {
            waiting.Add(await database.NewTenantAsync());
            await accepted.PlantAsync(waiting[^1], 1, dueIn: TimeSpan.FromHours(1));
        }

        var tenants = new List<TenantId>();
        for (var i = 0; i < 40; i++)
        {
            tenants.Add(await database.NewTenantAsync());
            await accepted.PlantAsync(tenants[^1], 1);
        }

        var reached = new HashSet<TenantId>();
        for (var round = 0; round < 40 && reached.Count < tenants.Count; round++)
            reached.UnionWith((await ClaimAsync(16)).Select(delivery => delivery.Tenant));

        reached.ShouldBe(tenants, ignoreOrder: true);
    }

    [Fact]
    public async Task What_one_worker_has_claimed_another_does_not_get()
    {
        var tenant = await database.NewTenantAsync();
        await accepted.PlantAsync(tenant, 1_000);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None)));

        var ids = claims.SelectMany(claim => claim).Select(delivery => delivery.Id).ToArray();
        ids.Distinct().Count().ShouldBe(ids.Length);
        ids.Length.ShouldBeGreaterThan(100);
    }

    public ValueTask DisposeAsync() => Worker.DisposeAsync();

    private Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(int max) => Store.ClaimAsync(max, shares, cursors, watermarks, LaneLimits.None, CancellationToken.None);
}
