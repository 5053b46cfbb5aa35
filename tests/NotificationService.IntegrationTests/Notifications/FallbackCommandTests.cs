using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Cancel, retry and dead letters of chains; nobody works the queue.</summary>
public sealed class FallbackCommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly IntakeHost host = new(database);
    private TenantId tenant;

    private NotificationCommands Commands => host.Service<NotificationCommands>();

    public async ValueTask InitializeAsync() => tenant = await database.NewTenantAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Cancelling_takes_the_whole_chain_and_wakes_nobody()
    {
        var id = await SendAsync();

        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        (await StatusesAsync(id)).ShouldBe("cancelled, cancelled, cancelled");
    }

    [Fact]
    public async Task A_channel_under_way_is_left_and_when_it_fails_nothing_follows()
    {
        var id = await SendAsync();
        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Sent);

        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();
        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Failed);

        (await StatusesAsync(id)).ShouldBe("failed, cancelled, cancelled");
    }

    [Fact]
    public async Task A_chain_that_failed_starts_over_in_its_order()
    {
        var id = await SendAsync(after: 600);
        await FailAsync(id, ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);
        (await StatusesAsync(id)).ShouldBe("failed, failed, failed");

        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        (await StatusesAsync(id)).ShouldBe("queued, scheduled, scheduled");
        (await database.QueryAsync<double>($"select round(extract(epoch from due_at - clock_timestamp()) / 100)::float8 from deliveries where id > '{id}' and id <= '{id.LastDelivery}' order by chain"))
            .ShouldBe([0, 6, 12]);
        await FailAsync(id, ChannelKind.Email);
        (await StatusesAsync(id)).ShouldBe("failed, queued, scheduled");
        await EndAsync(id, ChannelKind.Sms, DeliveryStatus.Delivered);
        (await StatusesAsync(id)).ShouldBe("failed, delivered, cancelled");
    }

    [Fact]
    public async Task While_another_channel_may_reach_the_recipient_a_failure_is_no_dead_letter_and_there_is_nothing_to_retry()
    {
        var id = await SendAsync();
        await FailAsync(id, ChannelKind.Email);
        (await DeadLettersAsync()).ShouldBe(0);
        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
        (await Commands.RequeueAsync(tenant, [id.Delivery(ChannelKind.Email).Value], CancellationToken.None)).ShouldHaveSingleItem().Changed.ShouldBeFalse();

        await EndAsync(id, ChannelKind.Sms, DeliveryStatus.Delivered);
        (await DeadLettersAsync()).ShouldBe(0);
        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();

        await FailAsync(await SendAsync(), ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);
        (await DeadLettersAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task One_dead_letter_of_a_chain_is_put_back_alone()
    {
        var id = await SendAsync();
        await FailAsync(id, ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);

        (await Commands.RequeueAsync(tenant, [id.Delivery(ChannelKind.Sms).Value], CancellationToken.None)).ShouldHaveSingleItem().Status.ShouldBe(DeliveryStatus.Queued);

        (await StatusesAsync(id)).ShouldBe("failed, failed, queued", "it is the last of its chain now");
    }

    [Fact]
    public async Task Cancelling_while_a_failure_wakes_the_next_one_ends_in_one_of_the_two_orders()
    {
        var ids = new List<NotificationId>();
        for (var i = 0; i < 20; i++)
            ids.Add(await SendAsync());

        await Task.WhenAll(ids.SelectMany(id => (Task[])[CancelAsync(id), FailUnlessCancelledAsync(id)]));

        foreach (var id in ids)
            (await StatusesAsync(id)).ShouldBeOneOf("cancelled, cancelled, cancelled", "failed, cancelled, cancelled");
    }

    [Fact]
    public async Task What_is_put_back_while_somebody_changes_its_row_is_put_back_once_that_is_done()
    {
        var id = await SendAsync();
        await FailAsync(id, ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);
        var delivery = id.Delivery(ChannelKind.InApp).Value;
        await using var other = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await ExecuteAsync(other, $"update deliveries set attempts = attempts where id = '{delivery}'");

        var requeued = Commands.RequeueAsync(tenant, [delivery], CancellationToken.None);
        await Eventually.TrueAsync(IsSomebodyWaitingAsync, TimeSpan.FromSeconds(90));
        await transaction.CommitAsync();

        (await requeued).ShouldHaveSingleItem().Changed.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_put_back_by_the_dozen_while_others_hold_its_rows_is_put_back_once_they_are_done()
    {
        // The command looks for a deadlock once, a second after it began to wait: on a machine that stands still then, it is given up for its time instead.
        await Eventually.TrueAsync(IsPutBackOnceTheOthersAreDoneAsync, TimeSpan.FromSeconds(120));
    }

    private async Task<bool> IsPutBackOnceTheOthersAreDoneAsync()
    {
        var (one, two) = (await SendAsync(), await SendAsync());
        await FailAsync(one, ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);
        await FailAsync(two, ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp);
        var (first, second) = (one.Delivery(ChannelKind.InApp).Value, two.Delivery(ChannelKind.InApp).Value);
        await using var other = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        // The other one waits for longer before it looks for a deadlock, so that it is the command that is given up.
        await ExecuteAsync(other, $"set local deadlock_timeout = '30s'; update deliveries set attempts = attempts where id = '{second}'");

        var requeued = Commands.RequeueAsync(tenant, [first, second], CancellationToken.None);
        await Eventually.TrueAsync(IsSomebodyWaitingAsync, TimeSpan.FromSeconds(90));
        await ExecuteAsync(other, $"set local statement_timeout = 0; update deliveries set attempts = attempts where id = '{first}'");
        await transaction.CommitAsync();

        if (await Record.ExceptionAsync(() => requeued) is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
            return false;
        (await requeued).Select(change => change.Changed).ShouldBe([true, true]);
        return true;
    }

    [Fact]
    public async Task A_chain_that_reached_the_recipient_is_too_late_to_cancel()
    {
        var id = await SendAsync();
        await EndAsync(id, ChannelKind.Email, DeliveryStatus.Delivered);
        (await StatusesAsync(id)).ShouldBe("delivered, cancelled, cancelled");

        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
    }

    private async Task<bool> IsSomebodyWaitingAsync() =>
        await database.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") > 0;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task CancelAsync(NotificationId id) => (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

    private async Task FailUnlessCancelledAsync(NotificationId id)
    {
        try
        {
            await EndAsync(id, ChannelKind.Email, DeliveryStatus.Failed, "status = {status.queued}");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // The one that is given up in a deadlock may be either; a worker writes its result again.
            await EndAsync(id, ChannelKind.Email, DeliveryStatus.Failed, "status = {status.queued}");
        }
    }

    private Task<NotificationId> SendAsync(int? after = null) => host.AcceptedAsync(tenant, IntakeHost.Chain(["email", "sms", "in_app"], after));

    private async Task FailAsync(NotificationId id, params ChannelKind[] channels)
    {
        foreach (var channel in channels)
            await EndAsync(id, channel, DeliveryStatus.Failed);
    }

    private Task<int> EndAsync(NotificationId id, ChannelKind channel, DeliveryStatus status, string where = "true") => database.ExecuteAsync(
        $"""
        with ended as (
            update deliveries set status = {(short)status}, failure_kind = {(status == DeliveryStatus.Failed ? "1" : "null")}, timeline_seq = timeline_seq + 1
            where id = '{id.Delivery(channel)}' and {where} returning tenant_id, id, timeline_seq)
        insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, {(short)status}, now() from ended
        """);

    private async Task<int> DeadLettersAsync() => (await host.Service<DeadLetters>().ListAsync(
        tenant, new DeadLetterFilter(null, null, null, null, null), PageRequest.ByNumber(1, 50), CancellationToken.None)).Items.Count;

    private async Task<string> StatusesAsync(NotificationId id) => string.Join(", ",
        (await database.QueryAsync<short>($"select status from deliveries where id > '{id}' and id <= '{id.LastDelivery}' order by chain")).Select(status => ((DeliveryStatus)status).ToName()));
}
