using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>
/// Real processes, really killed. After each: nothing accepted is missing, what went out twice is flagged, and the books balance.
/// With <c>CHAOS_SENDS</c> they are the long run that TESTING_GUIDE.md describes.
/// </summary>
public sealed class KillTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_worker_killed_in_mid_batch_loses_nothing_and_doubles_only_what_is_flagged()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.SendAsync(ChaosRun.Sends);
        run.Barrier.CloseAfter(ChaosRun.Sends / 5);
        var worker = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Barrier.HoldsCalls, Soon);

        await worker.KillAsync();
        (await run.CountAsync("status = {status.sending}")).ShouldBeGreaterThan(0, "it died holding some");
        run.Barrier.Open();
        await run.EndLeasesAsync();
        await run.StartWorkerAsync();

        await run.CheckAsync();
        (await run.CountAsync("status = {status.sent}")).ShouldBe(ChaosRun.Sends);
        (await run.CountAsync("ambiguous")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task On_all_five_channels_at_once_killed_workers_and_lost_backends_lose_nothing()
    {
        var sends = ChaosRun.Sends / 4;
        await using var run = await ChaosRun.StartAsync(cluster);
        run.Response = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(60));
        await run.OnAllChannelsAsync();
        await run.SendAsync(sends);
        for (var round = 1; round <= 2; round++)
        {
            run.Barrier.CloseAfter(sends / 4);
            var worker = await run.StartWorkerAsync();
            await Eventually.TrueAsync(() => run.Barrier.HoldsCalls, Soon);
            await worker.KillAsync();
            run.Barrier.Open();
            await run.EndLeasesAsync();
        }

        var before = run.CallCount;
        await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.CallCount > before + sends / 2, Soon);
        await run.TerminateBackendsAsync();

        await run.CheckAsync();
        (await run.CountAsync("status = {status.sent}")).ShouldBe(4 * sends);
        (await run.CountAsync("status = {status.delivered} and channel = {channel.in_app}")).ShouldBe(sends);
        (await run.CountAsync("ambiguous")).ShouldBeGreaterThan(0, "some were in the midst of a call");
    }

    [Fact]
    public async Task Chains_go_on_to_the_next_channel_though_the_workers_that_saw_them_fail_are_killed()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        run.Body = """{"channels":["email","in_app"],"strategy":"fallback","recipient":{"email":"ann@example.com","userId":"ann"},"content":{"subject":"Hello","text":"Hello Ann","title":"Hello","body":"Hello Ann"}}""";
        run.Response = _ => FakeResponse.Status(400);
        await run.SendAsync(ChaosRun.Sends);
        for (var round = 1; round <= 3; round++)
        {
            run.Barrier.CloseAfter(ChaosRun.Sends / 10);
            var worker = await run.StartWorkerAsync();
            await Eventually.TrueAsync(() => run.Barrier.HoldsCalls, Soon);
            await worker.KillAsync();
            run.Barrier.Open();
            await run.EndLeasesAsync();
        }

        await run.StartWorkerAsync();
        await run.CheckAsync();

        (await run.CountAsync("status = {status.delivered} and chain = 2")).ShouldBe(ChaosRun.Sends);
        (await run.CountAsync("status = {status.failed} and chain = 1")).ShouldBe(ChaosRun.Sends);
    }

    [Fact]
    public async Task A_worker_paused_beyond_its_lease_does_no_harm_when_it_comes_back()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.SendAsync(ChaosRun.Sends);
        run.Barrier.CloseAfter(ChaosRun.Sends / 5);
        var paused = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Barrier.HoldsCalls, Soon);

        paused.Pause();
        (await run.CountAsync("status = {status.sending}")).ShouldBeGreaterThan(0, "it stands still in the midst of calls");
        // The answers come while it cannot read them.
        run.Barrier.Open();
        await run.EndLeasesAsync();
        await run.StartWorkerAsync();
        await Eventually.TrueAsync(async () => await run.CountAsync("status in ({status.queued}, {status.sending}) and due_at <= now()") == 0, Soon);
        paused.Resume();

        await run.CheckAsync();
        (await run.CountAsync("status = {status.sent}")).ShouldBe(ChaosRun.Sends);
    }

    [Fact]
    public async Task A_worker_asked_to_stop_under_load_leaves_nothing_leased_and_nothing_in_doubt()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.SendAsync(ChaosRun.Sends);
        run.Barrier.CloseAfter(ChaosRun.Sends / 5);
        var worker = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Barrier.HoldsCalls, Soon);

        // Fifty calls at once, and a quarter more whose intent is written. What else it has claimed it gives back before any of them goes on.
        const int Begun = 63;
        await Eventually.TrueAsync(async () => await run.CountAsync("status = {status.sending}") > Begun, Soon);
        var stopping = worker.TerminateAsync();
        await Eventually.TrueAsync(async () => await run.CountAsync("status = {status.sending}") <= Begun, Soon);
        run.Barrier.Open();

        (await stopping).ShouldBe(0, worker.Output);
        (await run.CountAsync("status = {status.sending}")).ShouldBe(0);
        (await run.CountAsync("status = {status.queued}")).ShouldBeGreaterThan(0, "it was stopped in the middle");
        await run.StartWorkerAsync();

        await run.CheckAsync();
        (await run.CountAsync("status = {status.sent} and not ambiguous")).ShouldBe(ChaosRun.Sends);
        run.Vendor.Calls.Count.ShouldBe(ChaosRun.Sends);
    }
}
