using NotificationService.Deliveries;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries;

public sealed class DeliveryWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly AcceptedNotifications accepted = new(database);

    [Fact]
    public async Task Every_accepted_email_reaches_the_provider_once_and_has_its_timeline()
    {
        await using var vendor = await FakeHttpProvider.StartAsync();
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var tenant = await database.NewTenantAsync();
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl);
        var deliveries = await accepted.PlantAsync(tenant, 500);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "sent", 500);
        await worker.StopAsync();

        vendor.Calls.Select(call => call.Delivery).Order().ShouldBe(deliveries.Select(delivery => delivery.ToString()).Order());
        (await accepted.TimelineAsync(deliveries[0])).ShouldBe(["queued", "sending", "sent"]);
        (await database.ScalarAsync<long>($"select count(*) from attempts where tenant_id = '{tenant}' and outcome = 1 and number = 1 and provider_message_id like 'fake-%'")).ShouldBe(500);
    }
}
