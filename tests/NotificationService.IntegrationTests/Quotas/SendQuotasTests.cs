using System.Collections.Frozen;
using NotificationService.Channels;
using NotificationService.Quotas;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Quotas;

/// <summary>Daily quotas of two nodes over one database. Each node has a clock that goes on only when a test says so.</summary>
public sealed class SendQuotasTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Two_nodes_together_accept_exactly_the_quota_and_say_so_once()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":500}}}""");
        var nodes = new[] { Node(), Node() };

        var refusals = await Task.WhenAll(Enumerable.Range(0, 700).Select(i => Task.Run(() => TakeAsync(nodes[i % 2], Live(tenant)))));

        // What one node still holds when the other has nothing is an eighth of what was left at most.
        await RetryAsync(nodes, tenant, 500);
        refusals.Where(refusal => refusal is not null).ShouldAllBe(refusal => refusal!.Code == DailyLimit.QuotaCode && refusal.EndsWithTheDay);
        (await TakenAsync(tenant, "email")).ShouldBe(500);
        (await EventsAsync(tenant)).ShouldBe(["quota.near", "quota.reached"]);
        var facts = await database.QueryAsync<string>($"select facts::text from events where tenant_id = '{tenant}' and type = 'quota.reached'");
        facts[0].ShouldContain("\"quota\" : 500, \"used\" : 500");
    }

    [Fact]
    public async Task Within_a_quota_and_beyond_it_hardly_any_statement_is_run()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":100000,"sms":0}},"smsCaps":{"+44":3}}""");
        var node = Node();
        await TakeAsync(node, Live(tenant));
        var before = await WritesAsync(tenant);

        for (var i = 0; i < 900; i++)
            (await TakeAsync(node, Live(tenant))).ShouldBeNull();
        for (var i = 0; i < 900; i++)
            (await TakeAsync(node, Live(tenant), ChannelKind.Sms, "+447700900123")).ShouldNotBeNull();

        (await WritesAsync(tenant)).ShouldBe(before, "a thousand were leased at once, and 0 needs no look");
    }

    [Fact]
    public async Task What_was_not_accepted_does_not_count()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":2}}}""");
        var node = Node();

        for (var i = 0; i < 5; i++)
        {
            using var given = await node.BeginAsync(Live(tenant), 1, CancellationToken.None);
            (await given!.TakeAsync(Guid.NewGuid(), [ChannelKind.Email], null, CancellationToken.None)).ShouldBeNull();
        }

        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
        (await TakeAsync(node, Live(tenant))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_notification_of_which_one_channel_has_no_more_takes_nothing_of_the_others()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":1,"push":1}}}""");
        var node = Node();
        (await TakeAsync(node, Live(tenant), ChannelKind.Push)).ShouldBeNull();

        using (var both = await node.BeginAsync(Live(tenant), 1, CancellationToken.None))
        {
            var refusal = await both!.TakeAsync(Guid.NewGuid(), [ChannelKind.Email, ChannelKind.Push], null, CancellationToken.None);
            refusal!.Limit.Channel.ShouldBe(ChannelKind.Push);
        }

        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
    }

    [Fact]
    public async Task Caps_are_by_the_longest_beginning_and_zero_forbids_a_country()
    {
        var tenant = await TenantAsync("""{"smsCaps":{"+44":2,"+4477":1,"+1":0}}""");
        var node = Node();

        (await SmsAsync("+447700900123")).ShouldBeNull();
        (await SmsAsync("+447700900124"))!.Code.ShouldBe(DailyLimit.CapCode);
        (await SmsAsync("+442079460000")).ShouldBeNull();
        (await SmsAsync("+442079460001")).ShouldBeNull();
        (await SmsAsync("+442079460002"))!.EndsWithTheDay.ShouldBeTrue();
        (await SmsAsync("+14155550100"))!.EndsWithTheDay.ShouldBeFalse();
        (await SmsAsync("+4915112345678")).ShouldBeNull();
        (await TakeAsync(node, Live(tenant), ChannelKind.WhatsApp, "+14155550100")).ShouldBeNull("caps are of text messages");

        Task<QuotaRefusal?> SmsAsync(string number) => TakeAsync(node, Live(tenant), ChannelKind.Sms, number);
    }

    [Fact]
    public async Task Test_accounts_and_tenants_without_quotas_are_not_counted()
    {
        var (limited, free) = (await TenantAsync("""{"limits":{"daily":{"email":0}}}"""), await database.NewTenantAsync());
        var node = Node();

        (await node.BeginAsync(Live(limited) with { Live = false }, 1, CancellationToken.None)).ShouldBeNull();
        (await node.BeginAsync(Live(free), 1, CancellationToken.None)).ShouldBeNull();
        node.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_next_day_begins_anew_at_the_tenants_midnight()
    {
        var tenant = await TenantAsync("""{"timezone":"Asia/Tokyo","limits":{"daily":{"email":1}}}""");
        var node = Node();
        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
        var refusal = await TakeAsync(node, Live(tenant));

        time.Advance(refusal!.Limit.Day.Ends - time.GetUtcNow());

        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
        (await EventsAsync(tenant)).ShouldBe(["quota.near", "quota.near", "quota.reached", "quota.reached"], "once a day");
    }

    [Fact]
    public async Task A_quota_that_is_raised_is_asked_for_at_once()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":1}}}""");
        var node = Node();
        await TakeAsync(node, Live(tenant));
        (await TakeAsync(node, Live(tenant))).ShouldNotBeNull();

        const string Raised = """{"limits":{"daily":{"email":2}}}""";
        await database.ExecuteAsync($"update tenant_settings set settings = '{Raised}', revision = 2, changed_at = now() where tenant_id = '{tenant}'");
        time.Advance(TimeSpan.FromSeconds(2));

        (await TakeAsync(node, Live(tenant))).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_node_does_not_use_it_gives_back_for_the_others()
    {
        var tenant = await TenantAsync("""{"limits":{"daily":{"email":1000}}}""");
        var (idle, busy) = (Node(), Node());
        await TakeAsync(idle, Live(tenant));
        (await TakenAsync(tenant, "email")).ShouldBe(10);

        await idle.ReturnAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
        (await TakenAsync(tenant, "email")).ShouldBe(10, "it was used just now");
        time.Advance(TimeSpan.FromMinutes(2));
        await idle.ReturnAsync(TimeSpan.FromMinutes(2), CancellationToken.None);

        (await TakenAsync(tenant, "email")).ShouldBe(1);
        idle.Count.ShouldBe(0);
        (await TakeAsync(busy, Live(tenant))).ShouldBeNull();
    }

    private async Task RetryAsync(SendQuotas[] nodes, TenantId tenant, int quota)
    {
        // Whatever was refused while the other node held it is there now: until both have nothing left.
        for (var i = 0; i < quota; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            if (await TakeAsync(nodes[0], Live(tenant)) is not null && await TakeAsync(nodes[1], Live(tenant)) is not null)
                return;
        }

        throw new InvalidOperationException("more than the quota was accepted");
    }

    private static async Task<QuotaRefusal?> TakeAsync(SendQuotas node, Caller caller, ChannelKind channel = ChannelKind.Email, string? phone = null)
    {
        using var reservation = await node.BeginAsync(caller, 1, CancellationToken.None);
        var id = Guid.NewGuid();
        var refusal = await reservation!.TakeAsync(id, [channel], phone, CancellationToken.None);
        reservation.Keep(id);
        return refusal;
    }

    private SendQuotas Node() => new(
        new TenantSettingsCache(new TenantSettingsStore(database.Database, database.Store, new AuditLog(database.Ids, time)), database.Database, time), new QuotaStore(database.Database), time);

    private async Task<TenantId> TenantAsync(string settings)
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"insert into tenant_settings (tenant_id, settings, revision, changed_at) values ('{tenant}', '{settings}', 1, now())");
        return tenant;
    }

    private static Caller Live(TenantId tenant) => new(tenant, CallerKind.ServiceAccount, Guid.NewGuid(), null, Live: true, FrozenSet<string>.Empty, FrozenSet<string>.Empty);

    private Task<long> TakenAsync(TenantId tenant, string counter) => database.ScalarAsync<long>($"select taken from daily_counts where tenant_id = '{tenant}' and counter = '{counter}' order by day desc limit 1");

    private Task<string> WritesAsync(TenantId tenant) => database.ScalarAsync<string>($"select string_agg(ctid::text || xmin::text || counter, ',') from daily_counts where tenant_id = '{tenant}'");

    private async Task<IReadOnlyList<string>> EventsAsync(TenantId tenant) =>
        await database.QueryAsync<string>($"select e.type from events e join outbox o on o.tenant_id = e.tenant_id and o.subject = e.id where e.tenant_id = '{tenant}' order by 1");
}
