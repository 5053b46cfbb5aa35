using NotificationService.Testing;
using NotificationService.Testing.Webhooks;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>Processes that relay and call are killed in the midst of it; the customer is sent every event all the same, and in order.</summary>
public sealed class WebhookKillTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Relays_and_callers_killed_again_and_again_lose_and_reorder_nothing_and_repeat_little()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Response = _ => new ReceiverResponse(200) { After = TimeSpan.FromMilliseconds(10) };
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.SubscribeAsync(receiver["/told"]);
        await run.SendAsync(600);

        for (var round = 1; round <= 3; round++)
        {
            var (worker, enough) = (await run.StartWorkerAsync(), round * 300);
            await Eventually.TrueAsync(() => receiver.Received.Count > enough, Soon);
            await worker.KillAsync();
            await run.EndLeasesAsync();
        }

        await run.StartWorkerAsync();
        await run.CheckAsync();
        await run.CheckPublishedAsync(receiver);

        // In each kill at most what was in flight or waited to be written.
        var repeats = receiver.Received.Count - receiver.Received.DistinctBy(message => message.Id).Count();
        repeats.ShouldBeLessThan(3 * 200);
        receiver.Received.DistinctBy(message => message.Id).Count().ShouldBeGreaterThanOrEqualTo(600 * 2, "each was sent on two channels");
    }

    [Fact]
    public async Task A_database_that_goes_away_in_the_midst_of_it_costs_no_event()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var run = await ChaosRun.StartOnItsOwnServerAsync();
        await run.SubscribeAsync(receiver["/told"]);
        await run.StartWorkerAsync();
        await run.StartWorkerAsync();
        await run.SendAsync(400);
        await Eventually.TrueAsync(() => receiver.Received.Count > 150, Soon);

        await run.Cluster.StopAsync("kill");
        await run.Cluster.StartAsync();

        await run.CheckAsync();
        await run.CheckPublishedAsync(receiver);
    }
}
