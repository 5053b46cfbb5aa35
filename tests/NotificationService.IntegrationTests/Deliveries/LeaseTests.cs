using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>What the dead held, and what they may still do.</summary>
public sealed class LeaseTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

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
        // What another test left leased is nobody's here.
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts");
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
    }

    [Fact]
    public async Task What_may_have_been_called_is_an_ambiguous_attempt_and_is_sent_again_later()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await DieAsync(called: true);

        await Worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));
        (await database.ScalarAsync<string>($"select code from attempts where delivery_id = '{delivery}' and outcome = {{outcome.ambiguous}}")).ShouldBe("worker_lost");
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
        await DieAsync(called: false, rescues: DeliveryTransitions.MaxLossesInCompany + DeliveryTransitions.MaxLossesAlone);

        await Worker.StartAsync();
        await accepted.UntilAsync(tenant, "failed", 1);

        (await database.ScalarAsync<string>($"select failure_code from deliveries where id = '{delivery}'")).ShouldBe("poison");
        (await database.ScalarAsync<short>($"select failure_kind from deliveries where id = '{delivery}'")).ShouldBe((short)FailureKind.TemplateError);
        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task However_often_it_is_lost_beside_others_it_is_not_given_up()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var losses = 0;
        for (var round = 0; round < 6; round++)
        {
            await DieAsync(called: false, rescues: losses);
            var rescued = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();
            await writer.WriteAsync(DeliveryTransitions.Rescue(rescued, rescued.Lease.Now), CancellationToken.None);
            losses = await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'");
        }

        losses.ShouldBe(DeliveryTransitions.MaxLossesInCompany);
        await Worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);
        Vendor.Calls.Count.ShouldBe(1);
        (await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'")).ShouldBe((short)0);
    }

    [Fact]
    public async Task What_is_prepared_alone_is_counted_before_and_only_by_whoever_holds_it()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        await DieAsync(called: false, rescues: 2);
        var late = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();
        (await store.IsolateAsync(late, 3, CancellationToken.None)).ShouldBeTrue();
        (await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'")).ShouldBe((short)3);
        await database.ExecuteAsync($"update deliveries set lease_until = now() - interval '1 s' where id = '{delivery}'");
        (await store.IsolateAsync(late, 2, CancellationToken.None)).ShouldBeFalse("its lease has run out");

        var taken = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();

        taken.Rescues.ShouldBe(3);
        (await store.IsolateAsync(late, 2, CancellationToken.None)).ShouldBeFalse("it is another's");
        (await store.IsolateAsync(taken, 4, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_lives_to_give_a_delivery_back_clears_it_of_what_outages_had_counted_against_it()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        await DieAsync(called: false, rescues: 1);
        var rescued = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();
        await writer.WriteAsync(DeliveryTransitions.Rescue(rescued, rescued.Lease.Now), CancellationToken.None);
        (await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'")).ShouldBe((short)2);
        // A lease's time is ahead of the database's by as long as its statement was under way: what is due by it is due a moment later.
        var claimed = (await Eventually.ValueAsync(
            () => store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None),
            static claims => claims.Count > 0, TimeSpan.FromSeconds(90))).ShouldHaveSingleItem();

        await writer.WriteAsync(DeliveryTransitions.PutOff(claimed, TimeSpan.FromHours(1), "x", "x", claimed.Lease.Now, 0.5), CancellationToken.None);

        (await database.ScalarAsync<short>($"select rescues from deliveries where id = '{delivery}'")).ShouldBe((short)0);
    }

    [Fact]
    public async Task A_result_that_comes_after_the_lease_was_taken_over_changes_nothing()
    {
        await accepted.PlantAsync(tenant, 1);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var late = (await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None))[0];
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
    public async Task A_claim_that_a_crash_of_the_database_undid_counts_for_nothing_beside_the_claim_that_came_after_it()
    {
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var undone = (await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None)).ShouldHaveSingleItem();
        // Its commit had not reached the disk.
        await database.ExecuteAsync($"update deliveries set status = {{status.queued}}, claims = claims - 1, lease_until = null, lease_owner = null where id = '{delivery}'");
        var claimed = (await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None)).ShouldHaveSingleItem();
        claimed.Claims.ShouldBe(undone.Claims, "the count begins where the crash left it");

        (await store.StartAsync([undone], CancellationToken.None)).ShouldBeEmpty();
        (await writer.WriteAsync(DeliveryTransitions.GiveBackClaim(undone, "x", "x", undone.Lease.Now), CancellationToken.None)).ShouldBeFalse();
        (await store.StartAsync([claimed], CancellationToken.None)).Keys.ShouldBe([claimed.Id]);
        (await writer.WriteAsync(Sent(claimed), CancellationToken.None)).ShouldBeTrue();

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent"]);
    }

    [Fact]
    public async Task Of_two_results_of_one_delivery_in_one_commit_only_the_one_of_its_holder_leaves_a_trace()
    {
        var planted = await accepted.PlantAsync(tenant, 3);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);
        var late = claimed.Single(one => one.Id == planted[0]);
        await database.ExecuteAsync($"update deliveries set lease_until = now() - interval '1 s' where id = '{planted[0]}'");
        var taken = (await store.RescueAsync(10, CancellationToken.None)).ShouldHaveSingleItem();

        // Both writers have a commit under way that waits for a row; whatever comes now goes into one commit after it.
        await using var holder = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"select from deliveries where id in ('{planted[1]}', '{planted[2]}') for update", holder, transaction))
            await hold.ExecuteNonQueryAsync();
        var before = new List<Task<bool>>();
        foreach (var one in claimed.Where(one => one.Id != planted[0]))
        {
            before.Add(writer.WriteAsync(Sent(one), CancellationToken.None));
            await Eventually.TrueAsync(async () => await database.ScalarAsync<long>(Waiting) == before.Count, TimeSpan.FromSeconds(90));
        }

        var returned = writer.WriteAsync(DeliveryTransitions.GiveBackClaim(late, "x", "x", late.Lease.Now), CancellationToken.None);
        var putOff = writer.WriteAsync(DeliveryTransitions.PutOff(taken, TimeSpan.FromHours(1), "x", "x", taken.Lease.Now, 0.5), CancellationToken.None);
        await transaction.RollbackAsync();

        (await Task.WhenAll(before)).ShouldAllBe(isWritten => isWritten);
        (await putOff).ShouldBeTrue();
        (await returned).ShouldBeFalse();
        (await accepted.TimelineAsync(planted[0])).ShouldBe(["queued"]);
    }

    [Fact]
    public async Task A_result_that_the_database_does_not_take_costs_those_beside_it_nothing_and_is_written_without_its_words()
    {
        await accepted.PlantAsync(tenant, 7);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var writer = Worker.Services.GetRequiredService<DeliveryResultWriter>();
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);
        string[] ids = ["m-0", "a\0b", "m-2", "half \ud800", "m-4", "m-5", "m-6"];
        var results = claimed.Select((delivery, i) => Sent(delivery) is var sent ? sent with { Attempt = sent.Attempt! with { ProviderMessageId = ids[i] } } : sent).ToList();

        var written = await Task.WhenAll(results.Select(result => writer.WriteAsync(result, CancellationToken.None))).WaitAsync(TimeSpan.FromSeconds(25));

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
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);
        await database.ExecuteAsync($"update deliveries set lease_until = now() + interval '2 s' where id = '{claimed[0].Id}'");
        await database.ExecuteAsync($"update deliveries set claims = claims + 1, lease_owner = gen_random_uuid() where id = '{claimed[1].Id}'");

        var started = await store.StartAsync(claimed, CancellationToken.None);

        started.Keys.ShouldBe([claimed[2].Id]);
    }

    [Fact]
    public async Task A_call_is_not_begun_for_what_expired_in_the_line_or_is_not_needed_any_more()
    {
        await accepted.PlantAsync(tenant, 3);
        var store = Worker.Services.GetRequiredService<DeliveryStore>();
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);
        await database.ExecuteAsync($"update deliveries set expires_at = now() where id = '{claimed[0].Id}'");
        await database.ExecuteAsync($"update deliveries set chain = 2 where id in ('{claimed[1].Id}', '{claimed[2].Id}')");
        // Of one the channel before it has reached the recipient, of the other it has not yet.
        await database.ExecuteAsync(
            $"""
            insert into deliveries (tenant_id, id, channel, priority, status, due_at, chain)
            select tenant_id, overlay(id::text placing '5' from 36)::uuid, 5, priority, case when id = '{claimed[1].Id}' then 50 else 40 end, now(), 1
            from deliveries where id in ('{claimed[1].Id}', '{claimed[2].Id}')
            """);

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
        $$"""
        update deliveries set status = {status.sending}, claims = 1, lease_until = now() - interval '1 s', lease_owner = '{{Guid.Empty}}', rescues = {{rescues}},
            attempts = {{(called ? 1 : 0)}}, call_started_at = {{(called ? "now() - interval '31 s'" : "null")}}
        where tenant_id = '{{tenant}}'
        """);
}
