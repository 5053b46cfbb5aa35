using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>A whole worker and a vendor that reports at the worst moment.</summary>
public sealed class ReceiptRaceTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly AcceptedNotifications accepted = new(database);
    private FakeHttpProvider? vendor;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync();
        tenant = await database.NewTenantAsync();
    }

    public async ValueTask DisposeAsync() => await Vendor.DisposeAsync();

    /// <summary>E5.</summary>
    [Fact]
    public async Task A_vendor_that_reports_before_it_answers_is_heard_when_its_response_is_written()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var provider = await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        Vendor.Otherwise = call =>
        {
            Keep(worker, provider, call, ReceiptKind.Delivered);
            return FakeResponse.Accept.After(TimeSpan.FromMilliseconds(300));
        };
        var deliveries = await accepted.PlantAsync(tenant, 20);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "delivered", 20);

        (await accepted.TimelineAsync(deliveries[0])).ShouldBe(["queued", "sending", "sent", "delivered"]);
        Vendor.Calls.Count.ShouldBe(20);
        (await new Invariants(database.Superuser).ViolationsAsync(reports: Vendor.Calls.Select(call => $"{call.Delivery} Delivered"))).ShouldBeEmpty();
    }

    /// <summary>E6: the response was lost, the message was not.</summary>
    [Fact]
    public async Task A_report_settles_a_send_whose_answer_was_lost_and_it_is_not_sent_again()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var provider = await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        Vendor.Otherwise = _ => FakeResponse.Reset;
        var delivery = (await accepted.PlantAsync(tenant, 1))[0];
        await worker.StartAsync();
        await Eventually.TrueAsync(async () => (await accepted.TimelineAsync(delivery)).Count == 3, TimeSpan.FromSeconds(90));

        Keep(worker, provider, Vendor.Calls[0], ReceiptKind.Delivered);
        await accepted.UntilAsync(tenant, "delivered", 1);

        await database.ExecuteAsync($"update deliveries set due_at = now() - interval '1 s' where tenant_id = '{tenant}'");
        var probe = (await accepted.PlantAsync(tenant, 1))[0];
        Vendor.Otherwise = _ => FakeResponse.Accept;
        await accepted.UntilAsync(tenant, "sent", 1);
        Vendor.Calls.Count(call => call.Delivery == delivery.ToString()).ShouldBe(1);
        Vendor.Calls.Count(call => call.Delivery == probe.ToString()).ShouldBe(1);
        (await accepted.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "queued", "delivered"]);
        (await database.ScalarAsync<bool>($"select ambiguous from deliveries where id = '{delivery}'")).ShouldBeTrue("it once was in doubt, and that is not hidden");
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_report_shows_soon_after_it_came()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var provider = await worker.AddSendGridAsync(tenant, Vendor.BaseUrl);
        await accepted.PlantAsync(tenant, 1);
        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 1);

        Keep(worker, provider, Vendor.Calls[0], ReceiptKind.Delivered);
        await accepted.UntilAsync(tenant, "delivered", 1);

        (await database.ScalarAsync<double>(
            $"select extract(epoch from t.at - r.received_at)::float8 from timeline t join receipts r on r.delivery_id = t.delivery_id where t.tenant_id = '{tenant}' and t.status = {{status.delivered}}"))
            .ShouldBeLessThan(30, "100 ms on a machine that has nothing else to do; one that nobody looked for would be older");
    }

    [Fact]
    public async Task One_that_the_database_refuses_takes_nobody_along()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var planted = new SentDeliveries(database);
        var provider = await planted.ProviderAsync(tenant);
        var deliveries = await planted.SentAsync(tenant, provider, 30);
        // No row of the timeline fits behind this one.
        await database.ExecuteAsync($"update deliveries set timeline_seq = 32767 where id = '{deliveries[7]}'");
        var intake = worker.Services.GetRequiredService<ReceiptIntake>();
        await intake.TryKeepAsync(
            new IncomingReceipts(tenant, provider, [.. deliveries.Select(delivery => new Receipt($"{delivery}", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery })]),
            CancellationToken.None);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "delivered", 29);

        (await database.QueryAsync<string>($"select reason from receipts where tenant_id = '{tenant}' and state = {{receipt.pending}}")).ShouldBe(["error_22003"]);
        await database.ExecuteAsync($"delete from receipts where tenant_id = '{tenant}'; delete from timeline where tenant_id = '{tenant}'; delete from deliveries where tenant_id = '{tenant}'; delete from attempts where tenant_id = '{tenant}'; delete from notifications where tenant_id = '{tenant}'");
    }

    private void Keep(WorkerHost worker, Guid provider, FakeCall call, ReceiptKind kind) =>
        worker.Services.GetRequiredService<ReceiptIntake>().TryKeepAsync(
            new IncomingReceipts(tenant, provider, [new Receipt($"{call.Delivery} {kind}", kind, DateTimeOffset.UtcNow) { Delivery = new DeliveryId(Guid.Parse(call.Delivery)) }]),
            CancellationToken.None).GetAwaiter().GetResult().ShouldBeTrue();
}
