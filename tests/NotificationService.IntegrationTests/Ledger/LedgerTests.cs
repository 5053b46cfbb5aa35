using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Ledger;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Ledger;

/// <summary>What was accepted is where the rows say, at every moment, whoever gathers or does not.</summary>
public sealed class LedgerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly IntakeHost host = new(database);

    private LedgerStore Ledger => host.Service<LedgerStore>();

    private NotificationCommands Commands => host.Service<NotificationCommands>();

    [Fact]
    public async Task Each_way_from_one_status_to_another_moves_one_delivery_and_gathering_changes_nothing()
    {
        var tenant = await database.NewTenantAsync();
        var (waiting, cancelled, failed) = (await host.AcceptedAsync(tenant), await host.AcceptedAsync(tenant), await host.AcceptedAsync(tenant));
        await host.AcceptedAsync(tenant, IntakeHost.Chain(["sms", "email", "push"], 900));
        await Commands.CancelAsync(tenant, cancelled, null, CancellationToken.None);
        await ShouldBeWhatIsThereAsync(tenant);

        // As a worker and a receipt would: by the statement's own text.
        await MoveAsync(tenant, failed, DeliveryStatus.Failed);
        await ShouldBeWhatIsThereAsync(tenant);
        (await Commands.RetryAsync(tenant, failed, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();
        await ShouldBeWhatIsThereAsync(tenant);
        await MoveAsync(tenant, waiting, DeliveryStatus.Bounced);
        await ShouldBeWhatIsThereAsync(tenant);
        await using var worker = WorkerHost.Create(database.ConnectionString);
        await worker.AddSandboxAsync(tenant, ChannelKind.Email);
        await worker.AddSandboxAsync(tenant, ChannelKind.Sms);
        await worker.StartAsync();
        await Eventually.TrueAsync(async () => await CountAsync(tenant, "status >= {status.sent}") >= 4, Soon, () => "not sent");
        await worker.StopAsync();
        var before = await ShouldBeWhatIsThereAsync(tenant);

        while (await database.ScalarAsync<int>("select notification_meta.gather_ledger(3)") == 3)
        {
            var gathered = await ShouldBeWhatIsThereAsync(tenant);
            gathered.Channels[ChannelKind.Email].Accepted.ShouldBe(before.Channels[ChannelKind.Email].Accepted);
        }

        (await database.ScalarAsync<long>($"select count(*) from ledger_changes where tenant_id = '{tenant}'")).ShouldBe(0);
        before.Channels[ChannelKind.Email].Accepted.ShouldBe(4);
        before.Channels[ChannelKind.Push].Accepted.ShouldBe(1);
        before.Channels[ChannelKind.WhatsApp].Accepted.ShouldBe(0);
        (await new Invariants(database.Superuser).ViolationsAsync()).Where(violation => violation.StartsWith("the ledger", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_balances_whenever_one_looks_while_others_accept_send_cancel_and_gather()
    {
        var tenant = await database.NewTenantAsync();
        await using var worker = WorkerHost.Create(database.ConnectionString);
        await worker.AddSandboxAsync(tenant, ChannelKind.Email);
        await worker.StartAsync();
        var accepting = Task.WhenAll(Enumerable.Range(0, 6).Select(lane => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                var id = await host.AcceptedAsync(tenant);
                if (i % 5 == lane % 5)
                    await Commands.CancelAsync(tenant, id, null, CancellationToken.None);
            }
        })));

        var looks = 0;
        do
        {
            var ledger = await Ledger.FindAsync(tenant, null, DateTimeOffset.UtcNow.AddHours(-2), null, CancellationToken.None);
            ledger.IsBalanced.ShouldBeTrue($"look {looks}");
            await database.ScalarAsync<int>("select notification_meta.gather_ledger(50)");
            looks++;
        }
        while (!accepting.IsCompleted);

        await accepting;
        await Eventually.TrueAsync(async () => await CountAsync(tenant, "status < {status.sent}") == 0, Soon, () => "not drained");
        await worker.StopAsync();
        var end = await ShouldBeWhatIsThereAsync(tenant);
        end.Channels[ChannelKind.Email].Accepted.ShouldBe(150);
        end.Channels[ChannelKind.Email].Pending.ShouldBe(0);
        looks.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task What_was_rolled_back_was_never_counted()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant);
        await using (var connection = await database.Superuser.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = SqlNames.Replace(Move(tenant, id, DeliveryStatus.Sent));
            await command.ExecuteNonQueryAsync();
            // Open when one looks: it is where it was.
            (await ShouldBeWhatIsThereAsync(tenant)).Channels[ChannelKind.Email].Pending.ShouldBe(1);
        }

        (await ShouldBeWhatIsThereAsync(tenant)).Channels[ChannelKind.Email].Pending.ShouldBe(1);
    }

    [Fact]
    public async Task Test_and_live_are_counted_apart()
    {
        var tenant = await database.NewTenantAsync();
        await host.AcceptedAsync(tenant);
        await host.Intake.AcceptAsync(IntakeHost.CallerOf(tenant, live: false), IntakeHost.Request, null, null, CancellationToken.None);
        await host.Intake.AcceptAsync(IntakeHost.CallerOf(tenant, live: false), IntakeHost.Request, null, null, CancellationToken.None);

        (await AcceptedAsync(true)).ShouldBe(1);
        (await AcceptedAsync(false)).ShouldBe(2);
        (await AcceptedAsync(null)).ShouldBe(3);
        (await Ledger.FindAsync(await database.NewTenantAsync(), null, DateTimeOffset.UtcNow.AddHours(-1), null, CancellationToken.None)).Channels.Values.ShouldAllBe(tally => tally.Accepted == 0);

        async Task<long> AcceptedAsync(bool? live) =>
            (await Ledger.FindAsync(tenant, live, DateTimeOffset.UtcNow.AddHours(-1), null, CancellationToken.None)).Channels[ChannelKind.Email].Accepted;
    }

    [Fact]
    public async Task Parts_of_hours_are_counted_exactly_and_whole_hours_where_there_are_too_many()
    {
        var tenant = await database.NewTenantAsync();
        var hour = new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero);
        await PlantAsync(tenant, hour.AddMinutes(10), 3);
        await PlantAsync(tenant, hour.AddMinutes(50), 4);
        await PlantAsync(tenant, hour.AddMinutes(90), 5);
        await PlantAsync(tenant, hour.AddMinutes(130), 6);

        (await AcceptedAsync(0, 180)).ShouldBe((18, hour, hour.AddMinutes(180)));
        (await AcceptedAsync(30, 180)).ShouldBe((15, hour.AddMinutes(30), hour.AddMinutes(180)));
        (await AcceptedAsync(30, 100)).ShouldBe((9, hour.AddMinutes(30), hour.AddMinutes(100)));
        (await AcceptedAsync(30, 55)).ShouldBe((4, hour.AddMinutes(30), hour.AddMinutes(55)));
        (await AcceptedAsync(51, 60)).ShouldBe((0, hour.AddMinutes(51), hour.AddMinutes(60)));
        (await AcceptedAsync(60, 120)).ShouldBe((5, hour.AddMinutes(60), hour.AddMinutes(120)));

        await PlantAsync(tenant, hour.AddMinutes(40), LedgerStore.MaxLooked + 1);
        (await AcceptedAsync(30, 130)).ShouldBe((12 + LedgerStore.MaxLooked + 1 + 6, hour, hour.AddMinutes(180)));
        (await AcceptedAsync(50, 130)).ShouldBe((9, hour.AddMinutes(50), hour.AddMinutes(130)));

        async Task<(long, DateTimeOffset, DateTimeOffset)> AcceptedAsync(int from, int to)
        {
            var ledger = await Ledger.FindAsync(tenant, null, hour.AddMinutes(from), hour.AddMinutes(to), CancellationToken.None);
            ledger.IsBalanced.ShouldBeTrue();
            return (ledger.Channels[ChannelKind.Email].Accepted, ledger.Since, ledger.Until);
        }
    }

    [Fact]
    public async Task What_the_document_says_counts_anew_what_a_version_without_a_ledger_left_out()
    {
        var tenant = await database.NewTenantAsync();
        await host.AcceptedAsync(tenant);
        await new AcceptedNotifications(database).PlantAsync(tenant, 3);
        await database.ExecuteAsync($"update ledger_changes set delta = 7 where tenant_id = '{tenant}'");
        (await Ledger.FindAsync(tenant, null, DateTimeOffset.UtcNow.AddHours(-2), null, CancellationToken.None)).IsBalanced.ShouldBeFalse();
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "ledger.md"));

        await database.ExecuteAsync(document.Split("```sql")[1].Split("```")[0]);

        (await ShouldBeWhatIsThereAsync(tenant)).Channels[ChannelKind.Email].Accepted.ShouldBe(4);
    }

    [Fact]
    public async Task The_counts_of_an_hour_go_when_none_of_its_deliveries_is_left_and_nothing_waits_to_be_gathered()
    {
        var tenant = await database.NewTenantAsync();
        var at = DateTimeOffset.UtcNow.AddDays(-95);
        await PlantAsync(tenant, at, 2);
        await database.ExecuteAsync($"insert into ledger_changes select tenant_id, hour, live, channel, status, 0, 0 from ledger_counts where tenant_id = '{tenant}'");

        await PurgeAsync();
        (await KeptAsync()).ShouldBe(1);
        await database.ExecuteAsync($"delete from deliveries where tenant_id = '{tenant}'");
        await PurgeAsync();
        (await KeptAsync()).ShouldBe(1);
        await database.ScalarAsync<int>("select notification_meta.gather_ledger(1000)");
        await PurgeAsync();
        (await KeptAsync()).ShouldBe(0);

        Task PurgeAsync() => database.ExecuteAsync("select notification_meta.purge_ledger(now() - interval '90 days', 100)");
        Task<long> KeptAsync() => database.ScalarAsync<long>($"select count(*) from ledger_counts where tenant_id = '{tenant}'");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static string Move(TenantId tenant, NotificationId id, DeliveryStatus status) => $$"""
        with changed as (
            update deliveries d set status = {{(short)status}}, timeline_seq = d.timeline_seq + 1, lease_until = null, lease_owner = null, call_started_at = null
            from (select tenant_id, id, status as was from deliveries) b
            where b.tenant_id = d.tenant_id and b.id = d.id and d.tenant_id = '{{tenant}}' and d.id = '{{id.Delivery(ChannelKind.Email)}}' returning d.*, b.was),
        change as (
            select tenant_id, id as delivery_id, timeline_seq as seq, was, status, now() as at, batch_id, live, null::json as detail from changed),
        {include change_recorded}
        select 1
        """;

    private Task<int> MoveAsync(TenantId tenant, NotificationId id, DeliveryStatus status) => database.ExecuteAsync(Move(tenant, id, status));

    /// <summary>Deliveries that were accepted at a time, and counted as the migration counts what it finds.</summary>
    private Task<int> PlantAsync(TenantId tenant, DateTimeOffset at, int count) => database.ExecuteAsync(
        $$"""
        insert into deliveries (tenant_id, id, channel, priority, status, due_at)
        select '{{tenant}}', (left(notification_meta.uuid_floor('{{at:O}}')::text, 14) || '7' || right(left(gen_random_uuid()::text, 35), 20) || '1')::uuid, 1, 2, {status.sent}, now() from generate_series(1, {{count}});
        insert into ledger_counts (tenant_id, hour, live, channel, status, accepted, n)
        values ('{{tenant}}', {{(int)(at.ToUnixTimeSeconds() / 3600)}}, true, 1, {status.sent}, {{count}}, {{count}})
        on conflict (tenant_id, hour, live, channel, status) do update set accepted = ledger_counts.accepted + excluded.accepted, n = ledger_counts.n + excluded.n
        """);

    private Task<long> CountAsync(TenantId tenant, string condition) => database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and " + condition);

    private async Task<DeliveryLedger> ShouldBeWhatIsThereAsync(TenantId tenant)
    {
        var ledger = await Ledger.FindAsync(tenant, null, DateTimeOffset.UtcNow.AddHours(-2), null, CancellationToken.None);
        ledger.IsBalanced.ShouldBeTrue();
        foreach (var (channel, tally) in ledger.Channels)
        {
            foreach (var status in DeliveryStatuses.All.Where(status => status >= DeliveryStatus.Sent))
                tally[status].ShouldBe(await CountAsync(tenant, $"channel = {(short)channel} and status = {(short)status}"), $"{channel} {status}");
            tally.Pending.ShouldBe(await CountAsync(tenant, $"channel = {(short)channel} and status in ({{status.unended}})"), $"{channel} pending");
        }

        return ledger;
    }
}
