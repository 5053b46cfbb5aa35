using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>What a provider has answered while the database is away.</summary>
public sealed class ResultsInAnOutageTests
{
    [Fact]
    public async Task A_result_outlasts_its_lease_while_nobody_can_take_the_delivery_over()
    {
        var cluster = new PostgresCluster { IsDurable = true };
        await cluster.InitializeAsync();
        var database = new TestDatabase(cluster);
        await database.InitializeAsync();
        await using (var worker = WorkerHost.Create(
            database.ConnectionString, ("Notification:Delivery:Lease", "00:00:05"), ("Notification:Delivery:CallTimeout", "00:00:02"), ("Notification:Delivery:CompletionAllowance", "00:00:01")))
        {
            var tenant = await database.NewTenantAsync();
            var accepted = new AcceptedNotifications(database);
            await accepted.PlantAsync(tenant, 1);
            var (store, writer) = (worker.Services.GetRequiredService<DeliveryStore>(), worker.Services.GetRequiredService<DeliveryResultWriter>());
            var claimed = (await store.ClaimAsync(1, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None)).ShouldHaveSingleItem();
            await store.StartAsync([claimed], CancellationToken.None);

            await cluster.StopAsync("fast");
            var written = writer.WriteAsync(
                DeliveryTransitions.AfterCall(claimed, new ProviderResult.Accepted("m-1"), Guid.Empty, Alternatives.None, claimed.Lease.Now, claimed.Lease.Now, 0.5), CancellationToken.None);
            await Eventually.TrueAsync(() => claimed.Lease.Left < TimeSpan.Zero, TimeSpan.FromSeconds(90));
            await cluster.StartAsync();

            (await written.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
            await Eventually.TrueAsync(() => RespondsAsync(database), TimeSpan.FromSeconds(90));
            (await accepted.CountAsync(tenant)).ShouldBe(new Dictionary<string, int> { ["sent"] = 1 });
            (await database.ScalarAsync<string>("select provider_message_id from attempts")).ShouldBe("m-1");
        }

        await database.DisposeAsync();
        await cluster.DisposeAsync();
    }

    /// <summary>The test's own connections of before are dead.</summary>
    private static async Task<bool> RespondsAsync(TestDatabase database)
    {
        try
        {
            return await database.ScalarAsync<int>("select 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
