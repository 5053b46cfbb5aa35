using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>Chains through the real intake, real workers, a vendor on a real socket for e-mail and the sandbox for the rest.</summary>
public sealed class FallbackTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly IntakeHost intake = new(database);
    private readonly List<WorkerHost> workers = [];
    private FakeHttpProvider? vendor;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync();
        tenant = await database.NewTenantAsync();
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts");
    }

    [Fact]
    public async Task When_the_first_channel_fails_the_second_is_tried_at_once_and_the_third_is_not_needed()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(400, """{"errors":[{"message":"no","field":"to"}]}""");
        await WorkAsync();

        var id = await SendAsync(["email", "in_app", "sms"]);
        await UntilAsync(id, "failed, delivered, cancelled");

        (await database.ScalarAsync<double>(
            $$"""
            select extract(epoch from a.started_at - t.at)::float8 from attempts a, timeline t
            where a.delivery_id = '{{id.Delivery(ChannelKind.InApp)}}' and t.delivery_id = '{{id.Delivery(ChannelKind.Email)}}' and t.status = {status.failed}
            """)).ShouldBeInRange(-5, 30, "not woken it would be three days");
        (await ReasonsAsync(id, ChannelKind.InApp)).ShouldBe(["fallback: waits for the channels before it", "fallback: email failed"]);
        (await ReasonsAsync(id, ChannelKind.Sms)).ShouldBe(["fallback: waits for the channels before it", "not_needed: in_app reached the recipient"]);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task When_the_first_channel_reaches_the_recipient_nothing_else_is_tried()
    {
        await WorkAsync();

        var id = await SendAsync(["in_app", "email", "sms"], after: 900);
        await UntilAsync(id, "delivered, cancelled, cancelled");

        Vendor.Calls.ShouldBeEmpty();
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_channel_that_is_sent_and_never_heard_of_again_has_its_time_and_then_the_next_one_is_tried()
    {
        await WorkAsync();
        var id = await SendAsync(["email", "in_app"], after: 600);
        await UntilAsync(id, "sent, scheduled");

        // As if the clock of the second had come too early: the first one's time counts from its call.
        await database.ExecuteAsync($"update deliveries set due_at = now() where id = '{id.Delivery(ChannelKind.InApp)}'");
        await Eventually.TrueAsync(async () => (await ReasonsAsync(id, ChannelKind.InApp)).Count == 2, Soon);
        (await ReasonsAsync(id, ChannelKind.InApp))[1].ShouldBe("fallback: email has until then to reach the recipient");
        (await UntilDueAsync(id, ChannelKind.InApp)).ShouldBeInRange(500, 600);

        await PassTimeAsync(id);
        await UntilAsync(id, "sent, delivered");
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_receipt_in_time_cancels_what_waits_in_the_same_statement()
    {
        await WorkAsync();
        var id = await SendAsync(["email", "sms", "in_app"], after: 900);
        await UntilAsync(id, "sent, scheduled, scheduled");

        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Delivered);

        (await StatusesAsync(id)).ShouldBe("delivered, cancelled, cancelled");
        await ShouldHoldAsync();
    }

    [Theory]
    [InlineData(DeliveryStatus.Failed, "email failed")]
    [InlineData(DeliveryStatus.Bounced, "email bounced")]
    [InlineData(DeliveryStatus.Suppressed, "email was suppressed")]
    [InlineData(DeliveryStatus.Expired, "email expired")]
    public async Task However_a_channel_ends_without_success_the_next_is_due_and_those_behind_it_have_their_time_after_it(DeliveryStatus end, string reason)
    {
        var id = await SendAsync(["email", "sms", "in_app"], after: 600);
        await database.ExecuteAsync($"update deliveries set due_at = due_at + interval '1 hour' where id >= '{id}' and id <= '{id.LastDelivery}'");

        await EndAsync(id, ChannelKind.Email, end);

        (await StatusesAsync(id)).ShouldBe($"{end.ToName()}, queued, scheduled");
        (await ReasonsAsync(id, ChannelKind.Sms))[^1].ShouldBe($"fallback: {reason}");
        (await UntilDueAsync(id, ChannelKind.InApp)).ShouldBeInRange(590, 600);
    }

    [Fact]
    public async Task A_late_bounce_does_not_hurry_the_third_while_the_second_has_its_time()
    {
        var id = await SendAsync(["email", "sms", "in_app"], after: 600);
        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Sent);
        await EndAsync(id, ChannelKind.Sms, DeliveryStatus.Sent);

        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Bounced);

        (await StatusesAsync(id)).ShouldBe("bounced, sent, scheduled");
    }

    [Fact]
    public async Task A_retry_that_waits_is_not_needed_once_a_later_channel_has_reached_the_recipient()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(503);
        await WorkAsync();
        var id = await SendAsync(["email", "in_app"], after: 600);
        await Eventually.TrueAsync(() => Vendor.Calls.Count > 0, Soon);
        await UntilAsync(id, "queued, scheduled");

        await PassTimeAsync(id);

        await UntilAsync(id, "cancelled, delivered");
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_channel_that_no_worker_came_to_gets_its_time_when_they_are_back()
    {
        var id = await SendAsync(["email", "in_app"], after: 600);
        await database.ExecuteAsync($"update deliveries set due_at = now() - interval '1 min' where id = '{id.Delivery(ChannelKind.InApp)}'");

        await WorkAsync();
        await UntilAsync(id, "sent, scheduled");

        (await UntilDueAsync(id, ChannelKind.InApp)).ShouldBeInRange(570, 601);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_channel_whose_account_does_not_work_has_no_more_than_its_time()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(401);
        await WorkAsync();
        var suspended = await SendAsync(["email", "in_app"], after: 10);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from provider_suspensions") > 0, Soon);
        var id = await SendAsync(["email", "in_app"], after: 10);
        foreach (var chain in (NotificationId[])[suspended, id])
        {
            // Its lane stands, so that nobody may ever come to it: the second channel waits once more, and not again.
            await Eventually.TrueAsync(async () =>
            {
                await PassTimeAsync(chain);
                return await StatusesAsync(chain) == "cancelled, delivered";
            }, Soon);
        }

        await ShouldHoldAsync();
    }

    [Fact]
    public async Task What_waits_and_finds_no_provider_that_can_take_it_waits_on_as_it_did()
    {
        var worker = WorkerHost.Create(database.ConnectionString);
        workers.Add(worker);
        var provider = await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        await database.ExecuteAsync($"insert into provider_suspensions (tenant_id, provider_id, revision, code, message) select tenant_id, id, revision, 'http_401', 'no' from providers where id = '{provider}'");
        var id = (await intake.AcceptedAsync(tenant, IntakeHost.Request with { SendAt = DateTimeOffset.UtcNow.AddHours(1).ToString("O") })).Delivery(ChannelKind.Email);
        await database.ExecuteAsync($"update deliveries set due_at = now() where id = '{id}'");

        await worker.StartAsync();
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select claims > 0 and status <> {{status.sending}} from deliveries where id = '{id}'"), Soon);

        (await database.ScalarAsync<short>($"select status from deliveries where id = '{id}'")).ShouldBe((short)DeliveryStatus.Scheduled);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Without_a_time_nothing_more_is_tried_three_days_after_a_message_that_did_not_fail()
    {
        await WorkAsync();
        var id = await SendAsync(["email", "in_app"]);
        await UntilAsync(id, "sent, scheduled");
        (await UntilDueAsync(id, ChannelKind.InApp)).ShouldBeInRange(258_000, 259_200);

        await database.ExecuteAsync($"update deliveries set due_at = now() where id = '{id.Delivery(ChannelKind.InApp)}'");

        await UntilAsync(id, "sent, cancelled");
        (await ReasonsAsync(id, ChannelKind.InApp))[^1].ShouldBe("not_needed: email was sent, and nothing was heard of a failure");
    }

    [Fact]
    public async Task What_expires_ends_the_whole_chain()
    {
        var id = await SendAsync(["email", "in_app", "sms"]);
        await database.ExecuteAsync($"update deliveries set expires_at = now() - interval '1 s' where id >= '{id}' and id <= '{id.LastDelivery}'");

        await WorkAsync();

        await UntilAsync(id, "expired, expired, expired");
        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_workers_and_a_vendor_that_refuses_delays_and_accepts_keep_the_law_of_every_chain()
    {
        var calls = 0;
        Vendor.Otherwise = _ => (Interlocked.Increment(ref calls) % 4) switch
        {
            0 => FakeResponse.Status(400),
            1 => FakeResponse.Status(503),
            2 => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(300)),
            _ => FakeResponse.Accept,
        };
        var ids = new List<NotificationId>();
        for (var i = 0; i < 80; i++)
            ids.Add(await SendAsync(i % 2 == 0 ? ["email", "in_app"] : ["email", "sms", "in_app"], after: 10));
        // The time of the second comes while the first is under way, as often as not.
        await database.ExecuteAsync("update notifications set fallback_after = 1");
        await database.ExecuteAsync("update deliveries set due_at = now() + random() * interval '1500 ms' where status = {status.scheduled}");

        await WorkAsync();
        await WorkAsync(addProvider: false);
        await Eventually.TrueAsync(
            async () =>
            {
                await database.ExecuteAsync("update deliveries set due_at = now() where status = {status.queued} and due_at > now() + interval '1 s'");
                return await database.ScalarAsync<long>("select count(*) from deliveries where status in ({status.scheduled}, {status.queued}, {status.sending})") == 0;
            },
            TimeSpan.FromSeconds(120));

        foreach (var id in ids)
            (await StatusesAsync(id)).ShouldContain("delivered");
        await ShouldHoldAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            await worker.StopAsync();
            await worker.DisposeAsync();
        }

        await intake.DisposeAsync();
        await Vendor.DisposeAsync();
    }

    private async Task WorkAsync(bool addProvider = true)
    {
        var worker = WorkerHost.Create(database.ConnectionString);
        workers.Add(worker);
        if (addProvider)
        {
            await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
            await worker.AddSandboxAsync(tenant, ChannelKind.Sms);
        }

        await worker.StartAsync();
    }

    private Task<NotificationId> SendAsync(string[] channels, int? after = null) => intake.AcceptedAsync(tenant, IntakeHost.Chain(channels, after));

    /// <summary>A result as something outside the worker writes it: a receipt, a suppression.</summary>
    private Task<int> EndAsync(NotificationId id, ChannelKind channel, DeliveryStatus status) => database.ExecuteAsync(
        $$"""
        with ended as (
            update deliveries d set status = {{(short)status}}, timeline_seq = d.timeline_seq + 1
            from (select id, status as was from deliveries where id = '{{id.Delivery(channel)}}') before where d.id = before.id returning d.*, before.was),
        change as (
            select tenant_id, id as delivery_id, timeline_seq as seq, was, status, now() as at, batch_id, live, null::json as detail from ended),
        {include change_recorded}
        select 1
        """);

    /// <summary>As if the time that each channel has were over.</summary>
    private async Task PassTimeAsync(NotificationId id)
    {
        await database.ExecuteAsync($"update notifications set fallback_after = 0 where id = '{id}'");
        await database.ExecuteAsync($"update deliveries set due_at = now() where id > '{id}' and id <= '{id.LastDelivery}' and status = {{status.scheduled}}");
    }

    private async Task<string> StatusesAsync(NotificationId id) => string.Join(", ",
        (await database.QueryAsync<short>($"select status from deliveries where id > '{id}' and id <= '{id.LastDelivery}' order by chain")).Select(status => ((DeliveryStatus)status).ToName()));

    private Task UntilAsync(NotificationId id, string statuses)
    {
        var last = "";
        return Eventually.TrueAsync(async () => (last = await StatusesAsync(id)) == statuses, Soon, () => $"expected {statuses}, they are {last}");
    }

    private async Task<IReadOnlyList<string>> ReasonsAsync(NotificationId id, ChannelKind channel) =>
    [
        .. (await database.QueryAsync<string>($"select detail::text from timeline where delivery_id = '{id.Delivery(channel)}' and detail is not null order by seq"))
            .Select(detail => JsonElement.Parse(TimelineDetail.Published(detail)!))
            .Select(detail => $"{detail.GetProperty("code").GetString()}: {detail.GetProperty("message").GetString()}"),
    ];

    private Task<double> UntilDueAsync(NotificationId id, ChannelKind channel) =>
        database.ScalarAsync<double>($"select extract(epoch from due_at - clock_timestamp())::float8 from deliveries where id = '{id.Delivery(channel)}'");

    private async Task ShouldHoldAsync() => (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
}
