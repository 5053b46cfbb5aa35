using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>From what a provider reports to the delivery, on a database, step by step.</summary>
public sealed class ReceiptApplyTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SentDeliveries planted = new(database);
    private readonly AcceptedNotifications accepted = new(database);
    private readonly ReceiptIntake intake = database.NewReceiptIntake();
    private readonly ReceiptStore store = database.NewReceiptStore();
    private TenantId tenant;
    private Guid provider;

    public async ValueTask InitializeAsync()
    {
        tenant = await database.NewTenantAsync();
        provider = await planted.ProviderAsync(tenant);
    }

    public ValueTask DisposeAsync() => intake.DisposeAsync();

    [Fact]
    public async Task Sent_becomes_delivered_and_the_timeline_says_by_whom()
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await ReportAsync(Of(delivery, ReceiptKind.Delivered) with { Code = "250", Message = "OK" });

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent", "delivered"]);
        var detail = await DetailAsync(delivery);
        detail.ShouldContain("\"receipt\":\"delivered\"");
        detail.ShouldContain($"\"provider\":\"P {provider}\"");
        detail.ShouldContain("\"code\":\"250\"");
        (await StatesAsync()).ShouldBe(["applied"]);
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_vendor_that_only_knows_its_own_id_is_understood()
    {
        var whatsApp = await planted.ProviderAsync(tenant, ChannelKind.WhatsApp);
        var delivery = (await planted.SentAsync(tenant, whatsApp, channel: ChannelKind.WhatsApp))[0];
        await planted.SentAsync(tenant, whatsApp, count: 20, ChannelKind.WhatsApp);

        await ReportAsync(whatsApp, new Receipt("e-1", ReceiptKind.Read, DateTimeOffset.UtcNow) { ProviderMessageId = $"m-{delivery}" });

        (await accepted.TimelineAsync(delivery))[^1].ShouldBe("read");
        (await database.ScalarAsync<Guid>($"select delivery_id from receipts where tenant_id = '{tenant}'")).ShouldBe(delivery.Value);
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and status = {{status.read}}")).ShouldBe(1);
    }

    [Fact]
    public async Task Meta_reports_for_all_numbers_of_an_app_to_the_address_of_one_of_them()
    {
        var (one, two) = (await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "whatsapp_cloud"), await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "whatsapp_cloud"));
        var delivery = (await planted.SentAsync(tenant, two, channel: ChannelKind.WhatsApp))[0];

        await ReportAsync(one, new Receipt("e-1", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { ProviderMessageId = $"m-{delivery}" });
        await ApplyAllAsync();

        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
        (await database.ScalarAsync<string>($"select detail->>'provider' from timeline where delivery_id = '{delivery}' and status = {{status.delivered}}")).ShouldBe($"P {two}");
    }

    [Fact]
    public async Task The_same_report_a_thousand_times_makes_one_change()
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];
        var receipt = Of(delivery, ReceiptKind.Delivered);

        await Parallel.ForAsync(0, 1_000, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) => await KeepAsync(provider, receipt));
        await ApplyAllAsync();
        await KeepAsync(provider, receipt);
        await ApplyAllAsync();

        (await accepted.TimelineAsync(delivery)).Count(status => status == "delivered").ShouldBe(1);
        (await StatesAsync()).ShouldBe(["applied"]);
    }

    [Fact]
    public async Task Every_order_of_five_reports_ends_alike()
    {
        ReceiptKind[] kinds = [ReceiptKind.Sent, ReceiptKind.Deferred, ReceiptKind.Delivered, ReceiptKind.Opened, ReceiptKind.Read];
        var orders = Permutations(kinds).ToList();
        var deliveries = await planted.SentAsync(tenant, provider, orders.Count);

        for (var turn = 0; turn < kinds.Length; turn++)
        {
            await KeepAsync(provider, [.. orders.Select((order, index) => Of(deliveries[index], order[turn]))]);
            await ApplyAllAsync();
        }

        (await database.QueryAsync<short>($"select distinct status from deliveries where tenant_id = '{tenant}'")).ShouldBe([(short)60]);
        (await database.QueryAsync<string>($"select distinct kinds from (select string_agg(kind::text, ',' order by kind) as kinds from engagements where tenant_id = '{tenant}' group by delivery_id) x"))
            .ShouldBe(["3,6,7"]);
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_reports_of_one_delivery_that_come_together_each_leave_their_row()
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await ReportAsync(Of(delivery, ReceiptKind.Read, 3), Of(delivery, ReceiptKind.Delivered, 2), Of(delivery, ReceiptKind.Sent, 1));

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent", "delivered", "read"]);
        (await StatesAsync()).ShouldBe(["applied", "applied", "ignored"]);
    }

    [Fact]
    public async Task A_report_that_comes_before_our_own_result_waits_for_it()
    {
        var delivery = await planted.SendingAsync(tenant);

        await ReportAsync(Of(delivery, ReceiptKind.Delivered));
        (await planted.StatusAsync(delivery)).ShouldBe((short)30);
        (await StatesAsync()).ShouldBe(["pending"]);
        await planted.EndCallAsync(delivery, provider);
        await DueNowAsync();
        await ApplyAllAsync();

        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent", "delivered"]);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_report_settles_what_may_have_gone_out(bool failed, bool knowsProvider)
    {
        var delivery = await planted.AmbiguousAsync(tenant, knowsProvider ? provider : null, failed);

        await ReportAsync(Of(delivery, ReceiptKind.Delivered) with { ProviderMessageId = "late-id" });

        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
        (await database.ScalarAsync<string>($"select provider_message_id from deliveries where id = '{delivery}'")).ShouldBe("late-id");
        (await database.ScalarAsync<bool>($"select failure_kind is null and failure_code is null from deliveries where id = '{delivery}'")).ShouldBeTrue();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ReceiptKind.Failed, false, 73, 1)]
    [InlineData(ReceiptKind.Failed, true, 73, 2)]
    [InlineData(ReceiptKind.Bounced, false, 74, 1)]
    public async Task A_failure_is_reported_with_its_reason(ReceiptKind kind, bool temporary, int status, int failure)
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await ReportAsync(Of(delivery, kind) with { Code = "30005", Message = "unknown handset", Temporary = temporary });

        (await database.ScalarAsync<string>($"select concat_ws(' ', status, failure_kind, failure_code, failure_message) from deliveries where id = '{delivery}'"))
            .ShouldBe($"{status} {failure} 30005 unknown handset");
    }

    [Fact]
    public async Task A_bounce_comes_after_delivered_and_a_failure_does_not()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 2);
        await ReportAsync(Of(deliveries[0], ReceiptKind.Delivered), Of(deliveries[1], ReceiptKind.Delivered));

        await ReportAsync(Of(deliveries[0], ReceiptKind.Bounced), Of(deliveries[1], ReceiptKind.Failed));

        (await planted.StatusAsync(deliveries[0])).ShouldBe((short)74);
        (await planted.StatusAsync(deliveries[1])).ShouldBe((short)50);
        (await database.ScalarAsync<string>($"select reason from receipts where tenant_id = '{tenant}' and state = {{receipt.ignored}}")).ShouldBe("already_delivered");
    }

    [Fact]
    public async Task What_matches_nothing_waits_five_minutes_and_is_listed_then()
    {
        await ReportAsync(
            new Receipt("e-1", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = new DeliveryId(database.Ids.Next()) },
            new Receipt("e-2", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { ProviderMessageId = "nobody's" },
            new Receipt("e-3", ReceiptKind.Delivered, DateTimeOffset.UtcNow));
        (await StatesAsync()).ShouldBe(["pending", "pending", "unmatched"]);

        await database.ExecuteAsync($"update receipts set tries = {ReceiptEffects.MaxTries}, next_try_at = now() where tenant_id = '{tenant}'");
        await ApplyAllAsync();

        (await StatesAsync()).ShouldBe(["unmatched", "unmatched", "unmatched"]);
        var listed = await new ReceiptQueries(database.Database, new LongLists(TimeProvider.System)).ListAsync(tenant, new ReceiptFilter(ReceiptState.Unmatched, provider, Live: null), PageRequest.ByNumber(1, 10), CancellationToken.None);
        listed.Items.Select(row => row.Reason).Order().ShouldBe(["names_no_message", "unknown_message", "unknown_message"]);
    }

    [Fact]
    public async Task Another_tenants_or_another_providers_delivery_is_never_touched()
    {
        var stranger = await database.NewTenantAsync();
        var theirs = (await planted.SentAsync(stranger, await planted.ProviderAsync(stranger)))[0];
        var other = await planted.ProviderAsync(tenant);
        var othersDelivery = (await planted.SentAsync(tenant, other))[0];

        var (mine, others) = (await planted.ProviderAsync(tenant, ChannelKind.WhatsApp), await planted.ProviderAsync(tenant, ChannelKind.WhatsApp));
        var byMessage = (await planted.SentAsync(tenant, others, channel: ChannelKind.WhatsApp))[0];

        await ReportAsync(mine, new Receipt("e-3", ReceiptKind.Failed, DateTimeOffset.UtcNow) { ProviderMessageId = $"m-{byMessage}" });
        await ReportAsync(
            Of(theirs, ReceiptKind.Bounced) with { AddressDead = true }, Of(othersDelivery, ReceiptKind.Bounced) with { AddressDead = true });
        await database.ExecuteAsync($"update receipts set tries = {ReceiptEffects.MaxTries}, next_try_at = now() where tenant_id = '{tenant}'");
        await ApplyAllAsync();

        (await planted.StatusAsync(theirs)).ShouldBe((short)40);
        (await planted.StatusAsync(othersDelivery)).ShouldBe((short)40);
        (await planted.StatusAsync(byMessage)).ShouldBe((short)40);
        (await StatesAsync()).ShouldBe(["unmatched", "unmatched", "unmatched"]);
        (await database.ScalarAsync<long>($"select count(*) from suppressions where tenant_id in ('{tenant}', '{stranger}')")).ShouldBe(0);
    }

    [Fact]
    public async Task Hostile_texts_and_times_are_kept_tame()
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await ReportAsync(
            Of(delivery, ReceiptKind.Failed) with { Code = "delivered\0", Message = new string('x', 1_000_000), OccurredAt = DateTimeOffset.UnixEpoch },
            Of(delivery, ReceiptKind.Opened) with { Url = "https://example.com/\ud800", OccurredAt = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero), Message = "<script>\u001b[31m\r\n" });

        (await database.QueryAsync<string>($"select coalesce(code, '-') || ' ' || coalesce(length(message), 0) || ' ' || (occurred_at = received_at) || ' ' || (flags & 4) from receipts where tenant_id = '{tenant}' order by kind"))
            .ShouldBe(["delivered 500 true 4", "- 12 true 4"]);
        (await DetailAsync(delivery)).ShouldContain("\"occurredAtIs\":\"received\"");
    }

    [Fact]
    public async Task Two_workers_at_once_apply_each_report_once()
    {
        var deliveries = await planted.SentAsync(tenant, provider, 200);
        await KeepAsync(provider, [.. deliveries.SelectMany(delivery => (Receipt[])[Of(delivery, ReceiptKind.Delivered), Of(delivery, ReceiptKind.Read)])]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while ((await store.ApplyAsync(37, CancellationToken.None)).Count > 0)
            {
                // What another has locked waits.
            }
        }));
        await Eventually.TrueAsync(
            async () =>
            {
                await ApplyAllAsync();
                return !(await StatesAsync()).Contains("pending");
            },
            TimeSpan.FromSeconds(60));

        (await database.QueryAsync<short>($"select distinct status from deliveries where tenant_id = '{tenant}'")).ShouldBe([(short)60]);
        (await StatesAsync()).Distinct().ShouldBeSubsetOf(["applied", "ignored"]);
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private static Receipt Of(DeliveryId delivery, ReceiptKind kind, int second = 0) =>
        new($"{delivery} {kind}", kind, DateTimeOffset.UtcNow.AddSeconds(second - 60)) { Delivery = delivery };

    private Task ReportAsync(params Receipt[] receipts) => ReportAsync(provider, receipts);

    private async Task ReportAsync(Guid from, params Receipt[] receipts)
    {
        await KeepAsync(from, receipts);
        await ApplyAllAsync();
    }

    private async Task KeepAsync(Guid from, params Receipt[] receipts) =>
        (await intake.TryKeepAsync(new IncomingReceipts(tenant, from, receipts), CancellationToken.None)).ShouldBeTrue();

    private async Task ApplyAllAsync()
    {
        while ((await store.ApplyAsync(500, CancellationToken.None)).Count > 0)
        {
            // What waits is not due again at once.
        }
    }

    private Task<int> DueNowAsync() => database.ExecuteAsync($"update receipts set next_try_at = now() where state = {{receipt.pending}} and tenant_id = '{tenant}'");

    private async Task<IReadOnlyList<string>> StatesAsync() =>
        [.. (await database.QueryAsync<short>($"select state from receipts where tenant_id = '{tenant}' order by state")).Select(state => ((ReceiptState)state).ToName())];

    private Task<string> DetailAsync(DeliveryId delivery) =>
        database.ScalarAsync<string>($"select detail::text from timeline where delivery_id = '{delivery}' order by seq desc limit 1");

    private static IEnumerable<T[]> Permutations<T>(T[] of) => of.Length <= 1
        ? [of]
        : of.SelectMany((item, index) => Permutations([.. of[..index], .. of[(index + 1)..]]).Select(rest => (T[])[item, .. rest]));
}
