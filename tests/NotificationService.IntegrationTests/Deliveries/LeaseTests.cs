using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>What the dead held, and what they may still do.</summary>
public sealed class LeaseTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly AcceptedNotifications accepted = new(database);
    private FakeHttpProvider? vendor;
    private WorkerHost? worker;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    private WorkerHost Worker => worker ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync();
        tenant = await database.NewTenantAsync();
        worker = WorkerHost.Create(database.ConnectionString);
        await Worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
    }

    [Fact]
    public async Task What_was_claimed_and_not_yet_called_goes_back_untouched_and_is_sent()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await DieAsync(called: false);

        await Worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "queued", "sending", "sent"]);
        Vendor.Calls.Select(call => call.Attempt).ShouldBe([1]);
        (await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'")).ShouldBe((short)1);
    }

    [Fact]
    public async Task What_may_have_been_called_is_an_ambiguous_attempt_and_is_sent_again_later()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await DieAsync(called: true);

        await Worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(30));
        (await database.ScalarAsync<string>($"select code from attempts where delivery_id = '{delivery}' and outcome = 4")).ShouldBe("worker_lost");
        Vendor.Calls.ShouldBeEmpty();
        await database.ExecuteAsync($"update deliveries set due_at = now() where id = '{delivery}'");
        await accepted.UntilAsync(tenant, "sent", 1);

        Vendor.Calls.Select(call => call.Attempt).ShouldBe([2]);
        (await database.ScalarAsync<bool>($"select ambiguous from deliveries where id = '{delivery}'")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_kills_every_worker_that_prepares_it_is_given_up_as_poison()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await DieAsync(called: false, rescues: DeliveryTransitions.MostRescues);

        await Worker.StartAsync();
        await accepted.UntilAsync(tenant, "failed", 1);

        (await database.ScalarAsync<string>($"select failure_code from deliveries where id = '{delivery}'")).ShouldBe("poison");
        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_result_that_comes_after_the_lease_was_taken_over_changes_nothing()
    {
        await accepted.PlantAsync(tenant, 1);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var late = (await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), LaneLimits.None, CancellationToken.None))[0];
        await database.ExecuteAsync($"update deliveries set lease_until = now() - interval '1 s' where id = '{late.Id}'");
        var taken = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();

        (await WriteAsync(late)).ShouldBeFalse();
        (await accepted.CountAsync(tenant)).ShouldBe(new Dictionary<string, int> { ["sending"] = 1 });
        (await WriteAsync(taken)).ShouldBeTrue();
        (await WriteAsync(taken)).ShouldBeFalse("a result is written once");

        Task<bool> WriteAsync(ClaimedDelivery delivery) => writer.WriteAsync(
            DeliveryTransitions.AfterCall(delivery, new ProviderResult.Accepted("x"), Guid.Empty, Alternatives.None, delivery.Lease.Now, delivery.Lease.Now, 0.5), CancellationToken.None);
    }

    [Fact]
    public async Task A_result_that_the_database_does_not_take_costs_those_beside_it_nothing_and_is_written_without_its_words()
    {
        await accepted.PlantAsync(tenant, 7);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), LaneLimits.None, CancellationToken.None);
        string[] ids = ["m-0", "a\0b", "m-2", "half \ud800", "m-4", "m-5", "m-6"];
        var results = claimed.Select((delivery, i) => Sent(delivery) is var sent ? sent with { Attempt = sent.Attempt! with { ProviderMessageId = ids[i] } } : sent).ToList();

        var written = await Task.WhenAll(results.Select(result => writer.WriteAsync(result, CancellationToken.None))).WaitAsync(TimeSpan.FromSeconds(10));

        written.ShouldAllBe(isWritten => isWritten);
        (await database.QueryAsync<string>($"select coalesce(provider_message_id, 'none') from attempts where tenant_id = '{tenant}' order by 1"))
            .ShouldBe(["m-0", "m-2", "m-4", "m-5", "m-6", "none", "none"]);
        (await accepted.CountAsync(tenant)).ShouldBe(new Dictionary<string, int> { ["sent"] = 7 });
    }

    private static DeliveryResult Sent(ClaimedDelivery delivery) => DeliveryTransitions.AfterCall(
        delivery, new ProviderResult.Accepted("x"), Guid.Empty, Alternatives.None, delivery.Lease.Now, delivery.Lease.Now, 0.5);

    [Fact]
    public async Task A_call_is_not_begun_with_too_little_of_the_lease_left_or_none()
    {
        await accepted.PlantAsync(tenant, 3);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), LaneLimits.None, CancellationToken.None);
        await database.ExecuteAsync($"update deliveries set lease_until = now() + interval '2 s' where id = '{claimed[0].Id}'");
        await database.ExecuteAsync($"update deliveries set claims = claims + 1 where id = '{claimed[1].Id}'");

        var started = await store.StartAsync(claimed, CancellationToken.None);

        started.Keys.ShouldBe([claimed[2].Id]);
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.StopAsync();
        await Worker.DisposeAsync();
        await Vendor.DisposeAsync();
    }

    /// <summary>As a worker leaves it that dies: leased, the lease run out.</summary>
    private Task<int> DieAsync(bool called, int rescues = 0) => database.ExecuteAsync(
        $"""
        update deliveries set status = 30, claims = 1, lease_until = now() - interval '1 s', lease_owner = '{Guid.Empty}', rescues = {rescues},
            attempts = {(called ? 1 : 0)}, call_started_at = {(called ? "now() - interval '31 s'" : "null")}
        where tenant_id = '{tenant}'
        """);
}
