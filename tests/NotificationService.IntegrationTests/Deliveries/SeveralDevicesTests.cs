using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>A push to several devices of one person, by a worker in this process, FCM on a real socket and a real database.</summary>
public sealed class SeveralDevicesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly IntakeHost intake = new(database);
    private readonly FcmContract contract = new();
    private readonly List<string> unwell = [];
    private FakeHttpProvider? vendor;
    private Guid provider;
    private bool started;
    private WorkerHost? worker;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync(contract: contract);
        vendor.Otherwise = call => unwell.Contains(Token(call)) ? FcmContract.Error(503, "UNAVAILABLE", "UNAVAILABLE", "come again", ("Retry-After", "600")) : FakeResponse.Accept;
        tenant = await database.NewTenantAsync();
        worker = WorkerHost.Create(database.ConnectionString);
        provider = await worker.AddFcmAsync(tenant, contract, vendor.BaseUrl);
    }

    [Fact]
    public async Task A_device_that_is_missed_is_tried_again_and_the_one_that_has_it_is_not()
    {
        var id = await SendAsync(["phone-0123456789", "tablet-0123456789"], unavailable: "tablet-0123456789");

        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: { Reached: 1, Total: 2 } });
        unwell.Clear();
        await DueNowAsync(id);
        var sent = await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent);

        Calls().ShouldBe(["phone-0123456789", "tablet-0123456789", "tablet-0123456789"]);
        sent.Devices.ShouldNotBeNull().Items.ShouldAllBe(device => device.Outcome == DeviceOutcome.Accepted && device.NextAttemptAt == null);
        sent.Devices.Items.Select(device => device.Attempts).ShouldBe([1, 2]);
        var explained = await intake.Service<Explanations>().OfAsync(tenant, id, CancellationToken.None);
        var lines = explained.ShouldNotBeNull().Steps.Select(step => step.Step.Message).ToList();
        lines.ShouldContain("attempt 1: it was accepted: for 1 of 2 devices (some_devices)");
        lines.ShouldContain(line => line.StartsWith("goes back into the queue: 1 of 2 devices have it; Firebase is unwell", StringComparison.Ordinal));
        lines.ShouldContain($"device {DeviceState.NameOf("phone-0123456789")}: the provider took it");
        lines.ShouldContain(line => line.StartsWith($"device {DeviceState.NameOf("tablet-0123456789")}: not taken for now (UNAVAILABLE); next at 20", StringComparison.Ordinal));
        lines[^1].ShouldBe($"device {DeviceState.NameOf("tablet-0123456789")}: the provider took it");
    }

    [Fact]
    public async Task A_device_that_the_first_provider_misses_is_taken_by_the_second_without_waiting_and_alone()
    {
        using var other = new FcmContract();
        await using var second = await FakeHttpProvider.StartAsync(contract: other);
        await worker.ShouldNotBeNull().AddFcmAsync(tenant, other, second.BaseUrl, "Second", priority: 20);

        // The first asked for ten minutes.
        var id = await SendAsync(["phone", "tablet"], unavailable: "tablet");
        var sent = await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent);

        Calls().ShouldBe(["phone", "tablet"]);
        second.Calls.Select(Token).ShouldBe(["tablet"]);
        sent.Devices.ShouldNotBeNull().Items.Select(device => (device.Outcome, device.Attempts)).ShouldBe([(DeviceOutcome.Accepted, 1), (DeviceOutcome.Accepted, 2)]);
        (await database.ScalarAsync<double>(
            $$"""
            select extract(epoch from (t.detail->'devices'->'outcomes'->1->>'nextAttemptAt')::timestamptz - a.finished_at)::float8
            from timeline t join attempts a on a.delivery_id = t.delivery_id and a.number = 1
            where t.delivery_id = '{{id.Delivery(ChannelKind.Push)}}' and t.status = {status.queued} and t.detail is not null
            """)).ShouldBeInRange(-0.001, 0.001, "it was due again at once");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Devices_that_were_refused_for_the_account_are_called_at_once_when_it_works_again_or_another_provider_is_added(bool byAnother)
    {
        using var other = new FcmContract();
        await using var second = await FakeHttpProvider.StartAsync(contract: other);
        Vendor.Otherwise = _ => FcmContract.Error(403, "PERMISSION_DENIED", "PERMISSION_DENIED", "not for this project");
        var id = await SendAsync(["phone", "tablet"]);
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });
        await worker.ShouldNotBeNull().StopAsync();
        // Long after this test, by the schedule.
        await database.ExecuteAsync(
            $"""
            update deliveries set due_at = now() + interval '8 min', devices = regexp_replace(devices::text, '"nextAttemptAt": "[^"]*"', '"nextAttemptAt": ' || to_json(now() + interval '8 min')::text, 'g')::jsonb
            where id = '{id.Delivery(ChannelKind.Push)}'
            """);

        Vendor.Otherwise = _ => FakeResponse.Accept;
        await using var next = WorkerHost.Create(database.ConnectionString);
        if (byAnother)
            await next.AddFcmAsync(tenant, other, second.BaseUrl, "Second", priority: 5);
        else
            await next.Services.GetRequiredService<SuspensionStore>().LiftAsync(tenant, provider, CancellationToken.None);
        await next.StartAsync();

        (await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent)).Devices.ShouldNotBeNull().Reached.ShouldBe(2);
        second.Calls.Select(Token).Order().ShouldBe(byAnother ? ["phone", "tablet"] : []);
        await next.StopAsync();
    }

    [Fact]
    public async Task No_part_of_a_token_is_shown_anywhere()
    {
        var id = await SendAsync(["phone-0123456789", "tablet-0123456789", "dead-0123456789"], unavailable: "tablet-0123456789");
        await UntilAsync(id, delivery => delivery.Devices is { Reached: 1 });

        (await database.QueryAsync<string>($"select coalesce(detail::text, '') from timeline where delivery_id = '{id.Delivery(ChannelKind.Push)}' union all select devices::text from deliveries where id = '{id.Delivery(ChannelKind.Push)}'"))
            .ShouldAllBe(text => !text.Contains("0123456789", StringComparison.Ordinal));
        (await database.QueryAsync<string>($"select coalesce(code, '') || coalesce(message, '') from attempts where delivery_id = '{id.Delivery(ChannelKind.Push)}'"))
            .ShouldAllBe(text => !text.Contains("0123456789", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_one_device_has_is_sent_when_it_is_cancelled_before_the_other_does()
    {
        var id = await SendAsync(["phone", "tablet"], unavailable: "tablet");
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });

        (await intake.Service<NotificationCommands>().CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        var delivery = await UntilAsync(id, found => found.Status == DeliveryStatus.Sent);
        delivery.Devices.ShouldNotBeNull().Items.Select(device => device.Outcome).ShouldBe([DeviceOutcome.Accepted, DeviceOutcome.GivenUp]);
        (await LastDetailAsync(id)).ShouldContain("1 of 2 devices have it; cancelled by the caller");
        (await database.ScalarAsync<short>($"select status from timeline where delivery_id = '{id.Delivery(ChannelKind.Push)}' order by seq desc limit 1")).ShouldBe((short)DeliveryStatus.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_device_has_is_sent_when_its_batch_is_cancelled_and_what_none_has_is_cancelled(bool isClaimed)
    {
        var batch = database.Ids.Next();
        var reached = await SendAsync(["phone", "tablet"], unavailable: "tablet watch");
        var missed = await SendAsync(["tablet", "watch"]);
        var ids = $"'{reached.Delivery(ChannelKind.Push)}', '{missed.Delivery(ChannelKind.Push)}'";
        await UntilAsync(reached, delivery => delivery is { Status: DeliveryStatus.Queued, Devices.Reached: 1 });
        await UntilAsync(missed, delivery => delivery is { Status: DeliveryStatus.Queued, Devices.Reached: 0 });
        await database.ExecuteAsync(
            $"""
            insert into batches (tenant_id, id, live, created_at) values ('{tenant}', '{batch}', true, now());
            insert into batch_changes (tenant_id, batch_id, status, delta) values ('{tenant}', '{batch}', 0, 2);
            update notifications set batch_id = '{batch}' where id in ('{reached}', '{missed}');
            update deliveries set batch_id = '{batch}' where id in ({ids});
            """);

        // What a worker holds ends by the worker, what waits by whoever clears the queue.
        if (isClaimed)
        {
            await database.ExecuteAsync($"update deliveries set status = {{status.sending}}, claims = claims + 1, lease_owner = gen_random_uuid(), lease_until = now() + interval '2 s' where id in ({ids})");
        }

        await database.ExecuteAsync($"update batches set state = {{batch.cancelled}}, closed_at = now() where id = '{batch}'");

        (await UntilAsync(reached, delivery => delivery.Status == DeliveryStatus.Sent)).Devices.ShouldNotBeNull().Items.Select(device => device.Outcome).ShouldBe([DeviceOutcome.Accepted, DeviceOutcome.GivenUp]);
        (await UntilAsync(missed, delivery => delivery.Status == DeliveryStatus.Cancelled)).Devices.ShouldNotBeNull().Items.ShouldAllBe(device => device.Outcome == DeviceOutcome.GivenUp);
        (await LastDetailAsync(reached)).ShouldContain("1 of 2 devices have it; its batch was cancelled");
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select ended_at is not null from batches where id = '{batch}'"), Patience);
        (await new Invariants(database.Superuser).ViolationsAsync()).Where(violation => violation.StartsWith("a batch", StringComparison.Ordinal)).ShouldBeEmpty();
        Calls().ShouldBe(["phone", "tablet", "tablet", "watch"]);
    }

    [Fact]
    public async Task What_no_device_has_yet_is_cancelled()
    {
        var id = await SendAsync(["phone", "tablet"], unavailable: "phone tablet");
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: { Reached: 0 } });

        await intake.Service<NotificationCommands>().CancelAsync(tenant, id, null, CancellationToken.None);

        (await UntilAsync(id, found => found.Status == DeliveryStatus.Cancelled)).Devices.ShouldNotBeNull().Items.ShouldAllBe(device => device.Outcome == DeviceOutcome.GivenUp);
    }

    [Fact]
    public async Task What_one_device_has_is_sent_when_it_expires_before_the_other_does()
    {
        var id = await SendAsync(["phone", "tablet"], unavailable: "tablet");
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });

        await database.ExecuteAsync($"update deliveries set expires_at = now() where id = '{id.Delivery(ChannelKind.Push)}'");
        await DueNowAsync(id);

        (await UntilAsync(id, found => found.Status == DeliveryStatus.Sent)).Devices.ShouldNotBeNull().Items.Select(device => device.Outcome).ShouldBe([DeviceOutcome.Accepted, DeviceOutcome.GivenUp]);
        (await LastDetailAsync(id)).ShouldContain("1 of 2 devices have it; expiresAt passed");
        Calls().Count.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_worker_was_lost_only_those_are_called_again_that_it_may_have_called()
    {
        var id = await SendAsync(["phone", "tablet"], unavailable: "tablet");
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });

        await LoseAsync(id);
        var doubtful = await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Ambiguous: true });
        doubtful.Devices.ShouldNotBeNull().Items.Select(device => (device.Outcome, device.IsAmbiguous)).ShouldBe([(DeviceOutcome.Accepted, false), (DeviceOutcome.Ambiguous, true)]);
        unwell.Clear();
        await DueNowAsync(id);
        await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent);

        Calls().ShouldBe(["phone", "tablet", "tablet"]);
    }

    [Theory]
    [InlineData("normal", DeliveryStatus.Queued)]
    [InlineData("low", DeliveryStatus.Sent)]
    public async Task A_device_in_doubt_follows_the_policy_of_the_delivery(string priority, DeliveryStatus status)
    {
        Vendor.Otherwise = call => Token(call) == "tablet" ? FakeResponse.Reset : FakeResponse.Accept;

        var id = await SendAsync(["phone", "tablet"], priority);

        var delivery = await UntilAsync(id, found => found.Devices is not null && found.Status == status);
        delivery.Ambiguous.ShouldBeTrue();
        delivery.Devices.ShouldNotBeNull().Items.Select(device => device.Outcome).ShouldBe([DeviceOutcome.Accepted, DeviceOutcome.Ambiguous]);
        if (status == DeliveryStatus.Sent)
            return;
        await DueNowAsync(id);
        // In doubt twice, it is not called a third time.
        await UntilAsync(id, found => found.Status == DeliveryStatus.Sent);
        Calls().ShouldBe(["phone", "tablet", "tablet"]);
    }

    [Fact]
    public async Task A_dead_device_is_suppressed_and_not_called_again_while_another_is_tried()
    {
        var id = await SendAsync(["dead-1", "tablet"], unavailable: "tablet");
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });

        (await database.QueryAsync<string>($"select address from suppressions where tenant_id = '{tenant}'")).ShouldBe(["dead-1"]);
        unwell.Clear();
        await DueNowAsync(id);
        var delivery = await UntilAsync(id, found => found.Status == DeliveryStatus.Sent);

        Calls().Order().ShouldBe(["dead-1", "tablet", "tablet"]);
        delivery.Devices.ShouldNotBeNull().Items.Select(device => (device.Outcome, device.Code)).ShouldBe([(DeviceOutcome.Rejected, "UNREGISTERED"), (DeviceOutcome.Accepted, null)]);
        (await LastDetailAsync(id)).ShouldContain("1 of 2 devices have it");
    }

    [Fact]
    public async Task A_push_that_failed_for_all_devices_starts_over_for_all_and_one_that_was_sent_is_not_put_back()
    {
        Vendor.Otherwise = _ => FcmContract.Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "no such field");
        var id = await SendAsync(["phone", "tablet"]);
        (await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Failed)).Failure.ShouldNotBeNull().Kind.ShouldBe(FailureKind.Permanent);

        Vendor.Otherwise = _ => FakeResponse.Accept;
        (await intake.Service<NotificationCommands>().RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        (await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent)).Devices.ShouldNotBeNull().Reached.ShouldBe(2);
        (await intake.Service<NotificationCommands>().RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
    }

    [Fact]
    public async Task A_push_that_is_not_needed_any_more_is_sent_if_a_device_has_it()
    {
        worker.ShouldNotBeNull();
        await worker.AddSandboxAsync(tenant, ChannelKind.InApp);
        unwell.Add("tablet");
        var id = await intake.AcceptedAsync(tenant, IntakeHost.Chain(["push", "in_app"], after: 900) with
        {
            Recipient = new StoredRecipient { UserId = "u-1", DeviceTokens = ["phone", "tablet"] },
        });
        await worker.StartAsync();
        await UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Queued, Devices: not null });

        await database.ExecuteAsync($"update deliveries set status = {{status.delivered}} where id = '{id.Delivery(ChannelKind.InApp)}'");

        await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent);
        (await LastDetailAsync(id)).ShouldContain("1 of 2 devices have it; in_app reached the recipient");
    }

    [Fact]
    public async Task A_push_to_one_device_keeps_nothing_of_devices()
    {
        var id = await SendAsync(["phone", "phone"]);

        (await UntilAsync(id, delivery => delivery.Status == DeliveryStatus.Sent)).Devices.ShouldBeNull();
        Calls().ShouldBe(["phone"]);
        (await LastDetailAsync(id)).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        if (worker is not null)
        {
            await worker.StopAsync();
            await worker.DisposeAsync();
        }

        await intake.DisposeAsync();
        await Vendor.DisposeAsync();
        contract.Dispose();
    }

    private static string Token(FakeCall call) => call.Json.GetProperty("message").GetProperty("token").GetString() ?? "";

    private IReadOnlyList<string> Calls() => [.. Vendor.Calls.Select(Token).Order(StringComparer.Ordinal)];

    private async Task<NotificationId> SendAsync(string[] tokens, string priority = "normal", string? unavailable = null)
    {
        unwell.AddRange(unavailable?.Split(' ') ?? []);
        var id = await intake.AcceptedAsync(tenant, new NotificationRequest
        {
            Content = new InlineContent(Title: "Hello", Body: "Hello Ann"),
            Channel = "push",
            Priority = priority,
            Recipient = new StoredRecipient { UserId = "u-1", DeviceTokens = tokens },
        });
        if (!started)
            await worker.ShouldNotBeNull().StartAsync();
        started = true;
        return id;
    }

    private async Task<DeliveryDetails> UntilAsync(NotificationId id, Func<DeliveryDetails, bool> holds)
    {
        DeliveryDetails? last = null;
        await Eventually.TrueAsync(
            async () => holds(last = (await intake.Service<NotificationQueries>().FindAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull().Deliveries[0]),
            Patience, () => $"it is {last?.Status}, {last?.Devices?.ToJson()}");
        return last.ShouldNotBeNull();
    }

    private async Task<string> LastDetailAsync(NotificationId id) => TimelineDetail.Published(
        (await database.QueryAsync<string>($"select coalesce(detail::text, '') from timeline where delivery_id = '{id.Delivery(ChannelKind.Push)}' order by seq desc limit 1"))[0]).ShouldNotBeNull();

    /// <summary>The delivery and its devices.</summary>
    private Task<int> DueNowAsync(NotificationId id) => database.ExecuteAsync(
        $$"""
        update deliveries set due_at = now(), devices = regexp_replace(devices::text, '"nextAttemptAt": "[^"]*"', '"nextAttemptAt": "2026-01-01T00:00:00Z"', 'g')::jsonb
        where id = '{{id.Delivery(ChannelKind.Push)}}' and status = {status.queued}
        """);

    /// <summary>As if a worker had begun the next call and were dead since.</summary>
    private Task<int> LoseAsync(NotificationId id) => database.ExecuteAsync(
        $$"""
        update deliveries set status = {status.sending}, attempts = attempts + 1, claims = claims + 1, lease_owner = gen_random_uuid(), lease_until = now() - interval '1 s', call_started_at = now(),
            devices = regexp_replace(devices::text, '"nextAttemptAt": "[^"]*"', '"nextAttemptAt": "2026-01-01T00:00:00Z"', 'g')::jsonb
        where id = '{{id.Delivery(ChannelKind.Push)}}'
        """);
}
