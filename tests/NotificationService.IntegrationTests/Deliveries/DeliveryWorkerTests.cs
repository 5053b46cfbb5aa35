using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>A worker in this process, a vendor on a real socket, a real database.</summary>
public sealed class DeliveryWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly AcceptedNotifications accepted = new(database);
    private readonly List<WorkerHost> workers = [];
    private FakeHttpProvider? vendor;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync();
        tenant = await database.NewTenantAsync();
        // A vendor of another test may have had the port of this one.
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts");
    }

    [Fact]
    public async Task Every_accepted_email_reaches_the_provider_once_and_has_its_timeline()
    {
        var worker = await WorkerAsync();
        var deliveries = await accepted.PlantAsync(tenant, 500);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 500);

        Vendor.Calls.Select(call => call.Delivery).Order().ShouldBe(deliveries.Select(delivery => delivery.ToString()).Order());
        (await accepted.TimelineAsync(deliveries[0])).ShouldBe(["queued", "sending", "sent"]);
        (await database.ScalarAsync<long>($"select count(*) from attempts where tenant_id = '{tenant}' and outcome = {{outcome.accepted}} and number = 1 and provider_message_id like 'fake-%'")).ShouldBe(500);
    }

    [Fact]
    public async Task Two_workers_share_a_queue_and_send_nothing_twice()
    {
        var deliveries = await accepted.PlantAsync(tenant, 2_000);
        var (first, second) = (await WorkerAsync(), await WorkerAsync(addProvider: false));

        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await accepted.UntilAsync(tenant, "sent", 2_000);

        Vendor.Calls.Select(call => call.Delivery).Order().ShouldBe(deliveries.Select(delivery => delivery.ToString()).Order());
        (await database.ScalarAsync<long>($"select count(distinct lease_owner) from deliveries where tenant_id = '{tenant}'")).ShouldBe(0, "no lease is left");
    }

    [Fact]
    public async Task What_the_provider_refuses_for_good_fails_without_another_call()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(400, """{"errors":[{"message":"bad address","field":"to"}]}""");
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "failed", 1);

        Vendor.Calls.Count.ShouldBe(1);
        (await FailureKindAsync(delivery)).ShouldBe(FailureKind.Permanent);
        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "failed"]);
    }

    [Fact]
    public async Task What_the_provider_cannot_take_now_is_tried_again_by_the_schedule_and_then_sent()
    {
        Vendor.Script(FakeResponse.Status(503));
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);
        (await database.ScalarAsync<double>($"select extract(epoch from d.due_at - a.finished_at)::float8 from deliveries d join attempts a on a.delivery_id = d.id and a.number = 1 where d.id = '{delivery}'"))
            .ShouldBeInRange(3.99, 6.01);

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "queued", "sending", "sent"]);
        Vendor.Calls.Select(call => call.Attempt).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Retry_After_of_the_provider_is_honoured()
    {
        Vendor.Script(FakeResponse.Status(429, headers: ("Retry-After", "90")));
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));

        (await SecondsUntilDueAsync(delivery)).ShouldBeInRange(80, 100);
    }

    [Fact]
    public async Task After_the_last_try_a_delivery_is_a_dead_letter()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(500);
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await database.ExecuteAsync($"update deliveries set attempts = {RetrySchedule.MaxAttempts(ChannelKind.Email) - 1} where id = '{delivery}'");

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "failed", 1);

        (await FailureKindAsync(delivery)).ShouldBe(FailureKind.Exhausted);
    }

    [Theory]
    [InlineData(Priority.Normal, "queued")]
    [InlineData(Priority.Low, "failed")]
    public async Task A_call_without_a_usable_response_is_ambiguous_and_only_what_matters_is_sent_again(Priority priority, string status)
    {
        Vendor.Otherwise = _ => FakeResponse.Reset;
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1, priority: priority))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", status]);
        (await database.ScalarAsync<short>($"select outcome from attempts where delivery_id = '{delivery}'")).ShouldBe((short)AttemptOutcome.Ambiguous);
        if (priority == Priority.Low)
            (await FailureKindAsync(delivery)).ShouldBe(FailureKind.Unknown);
        else
            (await SecondsUntilDueAsync(delivery)).ShouldBeInRange(50, 61);
    }

    [Fact]
    public async Task What_is_ambiguous_twice_is_not_sent_a_third_time()
    {
        Vendor.Otherwise = _ => FakeResponse.Reset;
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));
        await DueNowAsync();
        await accepted.UntilAsync(tenant, "failed", 1);

        Vendor.Calls.Count.ShouldBe(2);
        (await FailureKindAsync(delivery)).ShouldBe(FailureKind.Unknown);
    }

    [Fact]
    public async Task A_provider_that_never_answers_is_given_up_after_the_call_timeout()
    {
        Vendor.Otherwise = _ => FakeResponse.Never;
        var worker = await WorkerAsync(settings: ("Notification:Delivery:CallTimeout", "00:00:04"));
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));

        (await database.ScalarAsync<short>($"select outcome from attempts where delivery_id = '{delivery}'")).ShouldBe((short)AttemptOutcome.Ambiguous);
    }

    [Fact]
    public async Task What_has_expired_is_not_sent()
    {
        var worker = await WorkerAsync();
        var delivery = (await accepted.PlantAsync(tenant, 1, expiresIn: TimeSpan.FromSeconds(-1)))[0];

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "expired", 1);

        Vendor.Calls.ShouldBeEmpty();
        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "expired"]);
    }

    [Fact]
    public async Task A_retry_that_would_come_after_expiresAt_expires_at_once()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(503, "", ("Retry-After", "3600"));
        var worker = await WorkerAsync();
        await accepted.PlantAsync(tenant, 1, expiresIn: TimeSpan.FromMinutes(10));

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "expired", 1);

        Vendor.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_scheduled_is_sent_when_its_time_has_come_and_not_before()
    {
        var worker = await WorkerAsync();
        await accepted.PlantAsync(tenant, 1, dueIn: TimeSpan.FromHours(1));
        await accepted.PlantAsync(tenant, 1, dueIn: TimeSpan.FromSeconds(1));
        await accepted.PlantAsync(tenant, 1);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 2);

        (await accepted.CountAsync(tenant)).ShouldBe(new Dictionary<string, int> { ["sent"] = 2, ["scheduled"] = 1 }, ignoreOrder: true);
        (await database.ScalarAsync<bool>($"select bool_and(a.started_at >= d.due_at) from attempts a join deliveries d on d.id = a.delivery_id where d.tenant_id = '{tenant}'")).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_provider_a_delivery_waits_with_that_reason_and_goes_out_once_there_is_one()
    {
        var worker = await WorkerAsync(addProvider: false);
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count >= 3, TimeSpan.FromSeconds(90));
        (await database.ScalarAsync<string>($"select code from attempts where delivery_id = '{delivery}' and number = 1")).ShouldBe("no_provider");
        await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        await DueNowAsync();

        await accepted.UntilAsync(tenant, "sent", 1);
    }

    [Fact]
    public async Task A_retry_goes_to_another_provider_where_there_is_one()
    {
        await using var other = await FakeHttpProvider.StartAsync();
        Vendor.Otherwise = _ => FakeResponse.Status(503);
        other.Otherwise = _ => FakeResponse.Status(503);
        var worker = await WorkerAsync();
        await worker.AddSendGridAsync(tenant, other.BaseUrl, "second");
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        // Both at once, and then it waits: what comes after that does not matter.
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count >= 5, TimeSpan.FromSeconds(90));

        (await database.QueryAsync<Guid>($"select provider_id from attempts where delivery_id = '{delivery}' and number <= 2")).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task In_app_is_delivered_when_it_is_stored_and_a_test_account_only_reaches_the_sandbox()
    {
        var worker = await WorkerAsync();
        await accepted.PlantAsync(tenant, 1, ChannelKind.InApp);
        await accepted.PlantAsync(tenant, 1, live: false);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "delivered", 2);

        Vendor.Calls.ShouldBeEmpty();
        (await database.ScalarAsync<long>($"select count(*) from sandbox_messages where tenant_id = '{tenant}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_stop_ends_its_calls_gives_back_the_rest_and_leaves_nothing_leased()
    {
        Vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromSeconds(1));
        var worker = await WorkerAsync(settings: ("Notification:Delivery:Concurrency", "20"));
        await accepted.PlantAsync(tenant, 300);

        await worker.StartAsync();
        await Eventually.TrueAsync(() => Vendor.Calls.Count > 40, TimeSpan.FromSeconds(90));
        await worker.StopAsync();

        var counts = await accepted.CountAsync(tenant);
        counts.Keys.Order().ShouldBe(["queued", "sent"]);
        counts["sent"].ShouldBe(Vendor.Calls.Count);
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and (lease_until is not null or attempts <> case status when 40 then 1 else 0 end)")).ShouldBe(0);

        Vendor.Otherwise = _ => FakeResponse.Accept;
        await (await WorkerAsync(addProvider: false)).StartAsync();
        await accepted.UntilAsync(tenant, "sent", 300);
        Vendor.Calls.Select(call => call.Delivery).Distinct().Count().ShouldBe(300);
        Vendor.Calls.Count.ShouldBe(300);
    }

    [Fact]
    public async Task A_worker_stopped_while_it_prepares_what_it_has_claimed_gives_that_back_too()
    {
        Vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(50));
        await accepted.PlantAsync(tenant, 4_000);
        for (var round = 0; round < 6; round++)
        {
            var calls = Vendor.Calls.Count;
            var worker = await WorkerAsync(addProvider: round == 0);
            await worker.StartAsync();
            await Eventually.TrueAsync(() => Vendor.Calls.Count > calls, TimeSpan.FromSeconds(90));

            await worker.StopAsync();

            (await accepted.CountAsync(tenant)).Keys.ShouldNotContain("sending", $"round {round}");
        }

        Vendor.Calls.Select(call => call.Delivery).Distinct().Count().ShouldBe(Vendor.Calls.Count);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            await worker.StopAsync();
            await worker.DisposeAsync();
        }

        await Vendor.DisposeAsync();
    }

    private async Task<WorkerHost> WorkerAsync(bool addProvider = true, params (string Name, string Value)[] settings)
    {
        var worker = WorkerHost.Create(database.ConnectionString, settings);
        workers.Add(worker);
        if (addProvider)
            await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        return worker;
    }

    private async Task<FailureKind> FailureKindAsync(DeliveryId delivery) =>
        (FailureKind)await database.ScalarAsync<short>($"select failure_kind from deliveries where id = '{delivery}'");

    private Task<double> SecondsUntilDueAsync(DeliveryId delivery) =>
        database.ScalarAsync<double>($"select extract(epoch from due_at - clock_timestamp())::float8 from deliveries where id = '{delivery}'");

    private Task<int> DueNowAsync() => database.ExecuteAsync($"update deliveries set due_at = now() where tenant_id = '{tenant}' and status = {{status.queued}}");
}
