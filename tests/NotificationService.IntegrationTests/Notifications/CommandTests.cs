using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

public sealed class CommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);

    private NotificationCommands Commands => host.Service<NotificationCommands>();

    [Fact]
    public async Task What_has_not_begun_is_cancelled_and_stays_so()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant);

        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        (await StatusAsync(id)).ShouldBe(DeliveryStatus.Cancelled);
        (await TimelineAsync(id)).ShouldBe([DeliveryStatus.Queued, DeliveryStatus.Cancelled]);
        (await ClaimAsync()).ShouldNotContain(claimed => claimed.Id.Notification == id);
        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();
        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
        (await TimelineAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_worker_holds_is_not_cancelled()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant);
        (await ClaimAsync()).ShouldContain(claimed => claimed.Id.Notification == id);

        var outcome = await Commands.CancelAsync(tenant, id, null, CancellationToken.None);

        outcome.ShouldBeOfType<CommandOutcome.NotPossible>().Deliveries.ShouldHaveSingleItem().Status.ShouldBe(DeliveryStatus.Sending);
        (await StatusAsync(id)).ShouldBe(DeliveryStatus.Sending);
        var timeline = (await host.Service<NotificationQueries>().TimelineAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull();
        timeline.Select(step => (step.Sequence, step.Status)).ShouldBe([(1, DeliveryStatus.Queued), (2, DeliveryStatus.Sending)]);
    }

    [Fact]
    public async Task Claim_and_cancel_at_once_never_both_win()
    {
        var tenant = await database.NewTenantAsync();
        var ids = new List<NotificationId>();
        for (var i = 0; i < 120; i++)
            ids.Add(await host.AcceptedAsync(tenant));

        var claiming = Task.Run(async () =>
        {
            var claimed = new List<ClaimedDelivery>();
            while (await ClaimAsync(max: 8) is { Count: > 0 } more)
                claimed.AddRange(more);
            return claimed;
        });
        var cancelled = new List<NotificationId>();
        await Task.WhenAll(ids.AsEnumerable().Reverse().Select(id => Task.Run(async () =>
        {
            if (await Commands.CancelAsync(tenant, id, null, CancellationToken.None) is CommandOutcome.Done)
            {
                lock (cancelled)
                    cancelled.Add(id);
            }
        })));
        var taken = (await claiming).Select(claimed => claimed.Id.Notification).Where(ids.Contains).ToList();

        taken.Intersect(cancelled).ShouldBeEmpty();
        taken.Concat(cancelled).Select(id => id.Value).Order().ShouldBe(ids.Select(id => id.Value).Order());
    }

    [Fact]
    public async Task Each_delivery_says_whether_it_was_in_time()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "in_app"], Content = new InlineContent("s", Text: "t", Title: "t", Body: "b") });
        await database.ExecuteAsync($"update deliveries set status = {{status.sending}}, lease_until = now() + interval '1 hour' where id = '{id.Delivery(ChannelKind.InApp)}'");

        (await Commands.CancelAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.Done>();

        var stored = (await host.Service<NotificationQueries>().FindAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull();
        stored.Deliveries.Select(delivery => delivery.Status).ShouldBe([DeliveryStatus.Cancelled, DeliveryStatus.Sending]);
        stored.Status.ShouldBe(DeliveryStatus.Sending);
    }

    [Fact]
    public async Task Retry_puts_back_what_failed_once_per_key()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant);
        await FailAsync(id);
        var idempotent = new IdempotentRequest("k", $"/{id}/retry", default, Live: true);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Commands.RetryAsync(tenant, id, idempotent, CancellationToken.None))));

        outcomes.OfType<CommandOutcome.Done>().Count().ShouldBe(1);
        outcomes.OfType<CommandOutcome.Replayed>().Count().ShouldBe(9);
        (await StatusAsync(id)).ShouldBe(DeliveryStatus.Queued);
        (await TimelineAsync(id)).ShouldBe([DeliveryStatus.Queued, DeliveryStatus.Failed, DeliveryStatus.Queued]);
        (await Commands.CancelAsync(tenant, id, idempotent with { Route = $"/{id}/cancel" }, CancellationToken.None)).ShouldBeOfType<CommandOutcome.KeyMismatch>();
        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
    }

    [Fact]
    public async Task No_retry_helps_where_there_is_no_address()
    {
        var tenant = await database.NewTenantAsync();
        var id = await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"] });
        await Commands.CancelAsync(tenant, id, null, CancellationToken.None);

        (await Commands.RetryAsync(tenant, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotPossible>();
    }

    [Fact]
    public async Task Another_tenants_notification_does_not_exist()
    {
        var (owner, stranger) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var id = await host.AcceptedAsync(owner);
        await FailAsync(id);

        (await Commands.CancelAsync(stranger, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotFound>();
        (await Commands.RetryAsync(stranger, id, null, CancellationToken.None)).ShouldBeOfType<CommandOutcome.NotFound>();
        (await Commands.RequeueAsync(stranger, [id.Delivery(ChannelKind.Email).Value], CancellationToken.None)).ShouldBeEmpty();
        (await host.Service<NotificationQueries>().FindAsync(stranger, id, CancellationToken.None)).ShouldBeNull();
        (await host.Service<NotificationQueries>().TimelineAsync(stranger, id, CancellationToken.None)).ShouldBeNull();
        (await StatusAsync(id)).ShouldBe(DeliveryStatus.Failed);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(int max = 500) =>
        new DeliveryStore(database.Database, database.Ids, TimeProvider.System, new DeliveryOptions { Lease = TimeSpan.FromHours(1) }).ClaimAsync(max, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);

    private Task<int> FailAsync(NotificationId id) => database.ExecuteAsync(
        $$"""
         with failed as (
             update deliveries d set status = {status.failed}, failure_kind = {failure.exhausted}, failure_code = 'http_503', failure_message = 'away', timeline_seq = d.timeline_seq + 1
             from (select id, status as was from deliveries where id > '{{id}}' and id <= '{{id.LastDelivery}}') before where d.id = before.id returning d.*, before.was),
         change as (
             select tenant_id, id as delivery_id, timeline_seq as seq, was, status, now() as at, batch_id, live, null::json as detail from failed),
         {include change_recorded}
         select 1
         """);

    private async Task<DeliveryStatus> StatusAsync(NotificationId id) =>
        (DeliveryStatus)await database.ScalarAsync<short>($"select status from deliveries where id = '{id.Delivery(ChannelKind.Email)}'");

    private async Task<IReadOnlyList<DeliveryStatus>> TimelineAsync(NotificationId id) =>
        [.. (await database.QueryAsync<short>($"select status from timeline where delivery_id = '{id.Delivery(ChannelKind.Email)}' order by seq")).Select(status => (DeliveryStatus)status)];
}
