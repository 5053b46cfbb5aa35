using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.IntegrationTests.Channels;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>Several vendors on real sockets, some of them unwell.</summary>
public sealed class RoutingTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly AcceptedNotifications accepted = new(database);
    private readonly List<IAsyncDisposable> rubbish = [];
    private TenantId tenant;

    public async ValueTask InitializeAsync()
    {
        tenant = await database.NewTenantAsync();
        // A vendor of another test may have had the port of one of this.
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts");
    }

    [Fact]
    public async Task A_failing_provider_costs_no_wait_until_another_has_the_message()
    {
        var (worker, first, second) = (Worker(), await VendorAsync(), await VendorAsync());
        first.Otherwise = _ => FakeResponse.Status(503);
        await worker.AddSendGridAsync(tenant, first.BaseUrl, "First", priority: 10);
        await worker.AddSendGridAsync(tenant, second.BaseUrl, "Second", priority: 20);
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);

        first.Calls.Count.ShouldBe(1);
        second.Calls.ShouldHaveSingleItem().Attempt.ShouldBe(2);
        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "queued", "sending", "sent"]);
        (await database.ScalarAsync<double>(
            $"select extract(epoch from d.due_at - a.finished_at)::float8 from deliveries d join attempts a on a.delivery_id = d.id and a.number = 1 where d.id = '{delivery}'"))
            .ShouldBeInRange(-0.001, 0.001, "it was due again at once");
    }

    [Fact]
    public async Task While_a_provider_is_down_it_is_left_alone_and_once_it_is_back_it_gets_its_share_again()
    {
        var (worker, first, second) = (Worker(), await VendorAsync(), await VendorAsync());
        first.Otherwise = _ => FakeResponse.Status(500);
        await worker.AddSendGridAsync(tenant, first.BaseUrl, "First", priority: 10);
        await worker.AddSendGridAsync(tenant, second.BaseUrl, "Second", priority: 20);
        await accepted.PlantAsync(tenant, 400);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 400);
        first.Calls.Count.ShouldBeLessThan(100, "its breaker opened");
        second.Calls.Count.ShouldBe(400);

        first.Otherwise = _ => FakeResponse.Accept;
        var before = first.Calls.Count;
        for (var sent = 400; first.Calls.Count < before + 20; sent += 20)
        {
            await accepted.PlantAsync(tenant, 20);
            await accepted.UntilAsync(tenant, "sent", sent + 20);
        }
    }

    [Fact]
    public async Task A_wrong_key_costs_a_handful_of_calls_and_what_waited_goes_out_once_it_is_corrected()
    {
        var (worker, vendor) = (Worker(), await VendorAsync(new SendGridContract("SG.mended")));
        var id = await worker.AddSendGridAsync(tenant, vendor.BaseUrl);
        await accepted.PlantAsync(tenant, 1_000);
        await worker.StartAsync();

        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select exists (select from provider_suspensions where provider_id = '{id}' and code = 'credentials_refused')"), TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(async () => (await accepted.CountAsync(tenant)).GetValueOrDefault("queued") == 1_000, TimeSpan.FromSeconds(90));
        vendor.Calls.Count.ShouldBeLessThanOrEqualTo(5);
        (await database.QueryAsync<string>($"select (facts->>'channel') || ' ' || (facts->>'name') || ' ' || (facts->>'code') from events where type = 'provider.parked' and subject = '{id}'"))
            .ShouldBe(["1 SendGrid credentials_refused"]);

        var corrected = new ProviderChange { Credentials = new Dictionary<string, string?> { ["apiKey"] = "SG.mended" } };
        (await worker.Services.GetRequiredService<ProviderEditor>().UpdateAsync(ChannelsNode.Admin(tenant), id, corrected, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>();
        await accepted.UntilAsync(tenant, "sent", 1_000);
    }

    /// <summary>By the stored times: a try by the schedule would come half a minute after the refusal.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(5, false)]
    [InlineData(1, true)]
    [InlineData(5, true)]
    public async Task Once_the_account_works_the_few_that_waited_go_out_at_once_by_every_worker(int waiting, bool byTest)
    {
        var (first, second, editor, vendor) = (Worker(), Worker(), Worker(), await VendorAsync(new SendGridContract("SG.mended")));
        if (byTest)
            vendor.Otherwise = _ => FakeResponse.Status(401);
        var id = await editor.AddSendGridAsync(tenant, vendor.BaseUrl, apiKey: byTest ? "SG.mended" : "SG.wrong");
        await accepted.PlantAsync(tenant, waiting);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select exists (select from provider_suspensions where provider_id = '{id}')"), TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(
            () => database.ScalarAsync<bool>($"select count(*) = {waiting} and count(*) filter (where attempts > 0) >= {Math.Min(waiting, 4)} from deliveries where tenant_id = '{tenant}' and status = {{status.queued}}"),
            TimeSpan.FromSeconds(90));

        var correctedAt = await CorrectAsync(editor, id, vendor, byTest);
        await accepted.UntilAsync(tenant, "sent", waiting);
        (await SinceAsync(correctedAt)).ShouldBeLessThan(15, "seconds until the last of them was called for");

        // Either worker may have sent them: now the other is alone.
        await first.StopAsync();
        await accepted.PlantAsync(tenant, 1);
        await accepted.UntilAsync(tenant, "sent", waiting + 1);
        (await database.ScalarAsync<double>(
            $"select extract(epoch from max(a.started_at) - max(n.created_at))::float8 from attempts a, notifications n where a.tenant_id = '{tenant}' and n.tenant_id = '{tenant}'")).ShouldBeLessThan(15);
    }

    [Fact]
    public async Task What_a_provider_refused_for_its_account_goes_to_another_as_soon_as_that_is_added()
    {
        var (worker, first, second) = (Worker(), await VendorAsync(), await VendorAsync());
        first.Otherwise = _ => FakeResponse.Status(401);
        var suspended = await worker.AddSendGridAsync(tenant, first.BaseUrl, "First");
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await worker.StartAsync();
        await Eventually.TrueAsync(
            () => database.ScalarAsync<bool>($"select exists (select from provider_suspensions where provider_id = '{suspended}') and exists (select from deliveries where id = '{delivery}' and status = {{status.queued}} and attempts > 0)"),
            TimeSpan.FromSeconds(90));
        await worker.StopAsync();
        // Long after this test, by the schedule.
        await database.ExecuteAsync($"update deliveries set due_at = now() + interval '8 min' where id = '{delivery}'");

        var next = Worker();
        await next.AddSendGridAsync(tenant, second.BaseUrl, "Second", priority: 20);
        await next.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);

        second.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_found_no_provider_goes_out_as_soon_as_there_is_one(bool byEnabling)
    {
        var (worker, vendor) = (Worker(), await VendorAsync());
        var editor = worker.Services.GetRequiredService<ProviderEditor>();
        var disabled = byEnabling ? await worker.AddSendGridAsync(tenant, vendor.BaseUrl) : default;
        if (byEnabling)
            (await editor.UpdateAsync(ChannelsNode.Admin(tenant), disabled, new ProviderChange { Enabled = false }, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>();
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await worker.StartAsync();
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select exists (select from attempts where delivery_id = '{delivery}' and code = 'no_provider')"), TimeSpan.FromSeconds(90));
        await worker.StopAsync();
        // The longest step of the schedule, and its jitter.
        await database.ExecuteAsync($"update deliveries set due_at = now() + interval '864 min' where id = '{delivery}' and status = {{status.queued}}");

        var next = Worker();
        if (byEnabling)
            (await next.Services.GetRequiredService<ProviderEditor>().UpdateAsync(ChannelsNode.Admin(tenant), disabled, new ProviderChange { Enabled = true }, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>();
        else
            await next.AddSendGridAsync(tenant, vendor.BaseUrl);
        await next.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);

        vendor.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task All_that_found_no_provider_is_due_once_there_is_one_and_nothing_else_is()
    {
        const int More = 10_001;
        var editor = Worker();
        await accepted.PlantAsync(tenant, More);
        await database.ExecuteAsync(
            $"""
            update deliveries set attempts = 1, due_at = now() + interval '6 hours' where tenant_id = '{tenant}';
            insert into attempts (delivery_id, number, tenant_id, outcome, started_at, finished_at, code)
            select id, 1, tenant_id, 3, now(), now(), 'no_provider' from deliveries where tenant_id = '{tenant}'
            """);
        var others = (await accepted.PlantAsync(tenant, 3, dueIn: TimeSpan.FromHours(1))).Concat(await accepted.PlantAsync(tenant, 2)).ToArray();
        await database.ExecuteAsync($"update deliveries set attempts = 1, due_at = now() + interval '1 hour' where id = '{others[^1]}'");
        await database.ExecuteAsync($"insert into attempts (delivery_id, number, tenant_id, outcome, started_at, finished_at, code) values ('{others[^1]}', 1, '{tenant}', 3, now(), now(), 'http_503')");
        await using var vendor = await FakeHttpProvider.StartAsync();

        await editor.AddSendGridAsync(tenant, vendor.BaseUrl);

        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and due_at <= now() and attempts = 1")).ShouldBe(More);
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and due_at > now()")).ShouldBe(4);
    }

    private async Task<DateTime> CorrectAsync(WorkerHost editor, Guid provider, FakeHttpProvider vendor, bool byTest)
    {
        var at = await database.ScalarAsync<DateTime>("select clock_timestamp()");
        if (byTest)
        {
            vendor.Otherwise = _ => FakeResponse.Accept;
            await editor.Services.GetRequiredService<SuspensionStore>().LiftAsync(tenant, provider, CancellationToken.None);
            return at;
        }

        var corrected = new ProviderChange { Credentials = new Dictionary<string, string?> { ["apiKey"] = "SG.mended" } };
        (await editor.Services.GetRequiredService<ProviderEditor>().UpdateAsync(ChannelsNode.Admin(tenant), provider, corrected, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>();
        return at;
    }

    private Task<double> SinceAsync(DateTime at) => database.ScalarAsync<double>(
        $"select extract(epoch from max(a.started_at) - $1)::float8 from attempts a where a.tenant_id = '{tenant}'", new Npgsql.NpgsqlParameter<DateTime> { TypedValue = at });

    [Fact]
    public async Task Another_worker_learns_of_a_suspended_provider_without_a_call_of_its_own()
    {
        var (first, vendor) = (Worker(), await VendorAsync());
        vendor.Otherwise = _ => FakeResponse.Status(401);
        var id = await first.AddSendGridAsync(tenant, vendor.BaseUrl);
        await accepted.PlantAsync(tenant, 50);
        await first.StartAsync();
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select exists (select from provider_suspensions where provider_id = '{id}')"), TimeSpan.FromSeconds(90));
        await first.StopAsync();
        var calls = vendor.Calls.Count;

        var second = Worker();
        await second.StartAsync();
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select exists (select from deliveries where tenant_id = '{tenant}' and claims > 1)"), TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(async () => (await accepted.CountAsync(tenant)).GetValueOrDefault("queued") == 50, TimeSpan.FromSeconds(90));

        vendor.Calls.Count.ShouldBe(calls);
    }

    [Fact]
    public async Task Two_workers_together_keep_a_providers_rate()
    {
        const int PerSecond = 40;
        var (first, second, vendor) = (Worker(), Worker(), await VendorAsync());
        await first.AddSendGridAsync(tenant, vendor.BaseUrl, rateLimit: PerSecond);
        await accepted.PlantAsync(tenant, 160);

        var origin = vendor.Elapsed;
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await accepted.UntilAsync(tenant, "sent", 160);

        // Counted from the beginning: what a machine that stands still holds back comes all at once, and is no more than its time allowed.
        var at = vendor.Calls.Select(call => call.At).Order().ToArray();
        for (var i = 0; i < at.Length; i++)
            ((double)i).ShouldBeLessThanOrEqualTo((PerSecond * (at[i] - origin).TotalSeconds) + (PerSecond * 3 / 4), "the rate, and what two workers hold ready for half a second");
        (at[^1] - at[0]).ShouldBeGreaterThan(TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task A_rate_that_was_given_away_by_a_clock_far_ahead_is_given_anew()
    {
        var (worker, vendor) = (Worker(), await VendorAsync());
        var provider = await worker.AddSendGridAsync(tenant, vendor.BaseUrl, rateLimit: 100);
        await database.ExecuteAsync($"insert into provider_rates (tenant_id, provider_id, given_until) values ('{tenant}', '{provider}', now() + interval '1 day')");
        await accepted.PlantAsync(tenant, 5);

        await worker.StartAsync();

        await accepted.UntilAsync(tenant, "sent", 5, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_provider_with_a_rate_is_tried_again_after_its_breaker_opened_though_little_is_sent()
    {
        var (worker, vendor) = (Worker(), await VendorAsync());
        vendor.Otherwise = _ => FakeResponse.Status(503);
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl, rateLimit: 100);
        await accepted.PlantAsync(tenant, 5);
        await worker.StartAsync();
        await Eventually.TrueAsync(() => vendor.Calls.Count >= 5, TimeSpan.FromSeconds(90));
        // Until the breaker lets a probe through, and what was leased before has lapsed.
        var (seen, since) = (0, TimeProvider.System.GetTimestamp());
        await Eventually.TrueAsync(
            () =>
            {
                if (vendor.Calls.Count != seen)
                    (seen, since) = (vendor.Calls.Count, TimeProvider.System.GetTimestamp());
                return TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1);
            },
            TimeSpan.FromSeconds(60));
        await database.ExecuteAsync($"update deliveries set due_at = now() + interval '1 day' where tenant_id = '{tenant}' and status = {{status.queued}}");
        vendor.Otherwise = _ => FakeResponse.Accept;

        var late = (await accepted.PlantAsync(tenant, 1))[0];
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"select status = {{status.sent}} from deliveries where id = '{late}'"), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_provider_gets_no_more_calls_at_once_than_it_may()
    {
        var (worker, vendor) = (Worker(), await VendorAsync());
        vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(30));
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl, concurrency: 7);
        await accepted.PlantAsync(tenant, 100);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 100);

        vendor.MaxAtOnce.ShouldBeInRange(2, 7);
    }

    [Fact]
    public async Task A_provider_that_hangs_does_not_keep_other_tenants_waiting()
    {
        var (worker, hanging, healthy) = (Worker(("Notification:Delivery:Concurrency", "20"), ("Notification:Delivery:CallTimeout", "00:02:00"), ("Notification:Delivery:Lease", "00:05:00")), await VendorAsync(), await VendorAsync());
        hanging.Otherwise = _ => FakeResponse.Never;
        var other = await database.NewTenantAsync();
        await worker.AddSendGridAsync(tenant, hanging.BaseUrl);
        await worker.AddSendGridAsync(other, healthy.BaseUrl);
        await accepted.PlantAsync(tenant, 500);
        await worker.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(hanging.Calls.Count > 0), TimeSpan.FromSeconds(90));

        await accepted.PlantAsync(other, 1_000);
        await accepted.UntilAsync(other, "sent", 1_000, TimeSpan.FromSeconds(90));

        (await accepted.CountAsync(tenant)).GetValueOrDefault("sent").ShouldBe(0);
        hanging.Calls.Count.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task What_may_have_gone_out_is_not_given_to_another_provider_at_once()
    {
        var (worker, first, second) = (Worker(), await VendorAsync(), await VendorAsync());
        first.Otherwise = _ => FakeResponse.Reset;
        await worker.AddSendGridAsync(tenant, first.BaseUrl, "First", priority: 10);
        await worker.AddSendGridAsync(tenant, second.BaseUrl, "Second", priority: 20);
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];

        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));

        second.Calls.ShouldBeEmpty();
        (await database.ScalarAsync<double>($"select extract(epoch from due_at - now())::float8 from deliveries where id = '{delivery}'")).ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task A_worker_asked_to_stop_while_its_results_cannot_be_written_ends_long_before_its_leases()
    {
        var (worker, vendor) = (Worker(
            ("Notification:Delivery:Lease", "00:01:00"), ("Notification:Delivery:CallTimeout", "00:00:02"), ("Notification:Delivery:CompletionAllowance", "00:00:01")), await VendorAsync());
        vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(500));
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl);
        await accepted.PlantAsync(tenant, 1);
        await worker.StartAsync();
        await Eventually.TrueAsync(() => vendor.Calls.Count == 1, TimeSpan.FromSeconds(90));

        await database.ExecuteAsync("alter table attempts rename to attempts_away");
        try
        {
            await worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(40));
        }
        finally
        {
            await database.ExecuteAsync("alter table attempts_away rename to attempts");
        }
    }

    public async ValueTask DisposeAsync()
    {
        rubbish.Reverse();
        foreach (var item in rubbish)
            await item.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private WorkerHost Worker(params (string Name, string Value)[] settings)
    {
        var worker = WorkerHost.Create(database.ConnectionString, settings);
        rubbish.Add(worker);
        return worker;
    }

    private async Task<FakeHttpProvider> VendorAsync(SendGridContract? contract = null)
    {
        var vendor = await FakeHttpProvider.StartAsync(contract: contract);
        rubbish.Add(vendor);
        return vendor;
    }
}
