using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>A worker's claim succeeds, and what it brought cannot be read, again and again.</summary>
public sealed class RefusedReadsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly AcceptedNotifications accepted = new(database);
    private readonly Refusals refusals = new(database);

    [Theory]
    [InlineData("notifications", "delivery_load", false)]
    [InlineData("notifications", "delivery_load", true)]
    [InlineData("suppressions", "delivery_load", false)]
    [InlineData("providers", "delivery_prepare", false)]
    public async Task Reading_what_was_claimed_may_fail_twenty_times_too(string table, string step, bool givesUpSoon)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = await RefusedWorker.CreateAsync(database, receiver, givesUpSoon);
        await accepted.PlantAsync(worker.Tenant, 40);

        await using (await refusals.LockAsync(table))
        {
            await worker.Host.StartAsync();
            await worker.FailAsync([step], givesUpSoon ? "57014" : "55P03", worker.DueNowAsync);
            await worker.FailAsync([step], "57014", async () =>
            {
                await worker.DueNowAsync();
                return await refusals.CancelWaitingAsync();
            });
        }

        await worker.WorksAsync();

        // What is known of providers stays in memory, and what needs no more than that goes on.
        if (step == "delivery_load")
        {
            await using (await refusals.RevokeAsync(table))
            {
                await accepted.PlantAsync(worker.Tenant, 40);
                await worker.FailAsync([step], "42501", worker.DueNowAsync);
            }

            await worker.WorksAsync();
        }

        await worker.StopAsync();
    }
}
