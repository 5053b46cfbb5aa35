using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>Real processes, really killed. After each: nothing accepted is missing, what went out twice is flagged, and the books balance.</summary>
public sealed class KillTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_worker_killed_in_mid_batch_loses_nothing_and_doubles_only_what_is_flagged()
    {
        await using var run = await ChaosRun.StartAsync();
        run.Vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(100));
        await run.SendAsync(1_500);
        var worker = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Vendor.Calls.Count > 300, Soon);

        await worker.KillAsync();
        (await run.CountAsync("status = 30")).ShouldBeGreaterThan(0, "it died holding some");
        await run.EndLeasesAsync();
        await run.StartWorkerAsync();

        await run.CheckAsync();
        (await run.CountAsync("status = 40")).ShouldBe(1_500);
        (await run.CountAsync("ambiguous")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task On_all_five_channels_at_once_killed_workers_and_lost_backends_lose_nothing()
    {
        await using var run = await ChaosRun.StartAsync();
        await run.OnAllChannelsAsync(_ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(60)));
        await run.SendAsync(500);
        for (var round = 1; round <= 2; round++)
        {
            var worker = await run.StartWorkerAsync();
            await Eventually.TrueAsync(() => run.CallCount > 400 * round, Soon);
            await worker.KillAsync();
            await run.EndLeasesAsync();
        }

        await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.CallCount > 1_200, Soon);
        await run.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'notification-%'");

        await run.CheckAsync();
        (await run.CountAsync("status = 40")).ShouldBe(2_000);
        (await run.CountAsync("status = 50 and channel = 5")).ShouldBe(500);
        (await run.CountAsync("ambiguous")).ShouldBeGreaterThan(0, "some were in the midst of a call");
    }

    [Fact]
    public async Task Chains_go_on_to_the_next_channel_though_the_workers_that_saw_them_fail_are_killed()
    {
        await using var run = await ChaosRun.StartAsync();
        run.Body = """{"channels":["email","in_app"],"strategy":"fallback","recipient":{"email":"ann@example.com","userId":"ann"},"content":{"subject":"Hello","text":"Hello Ann","title":"Hello","body":"Hello Ann"}}""";
        run.Vendor.Otherwise = _ => FakeResponse.Status(400).After(TimeSpan.FromMilliseconds(50));
        await run.SendAsync(800);
        for (var round = 1; round <= 3; round++)
        {
            var worker = await run.StartWorkerAsync();
            await Eventually.TrueAsync(() => run.Vendor.Calls.Count > 150 * round, Soon);
            await worker.KillAsync();
            await run.EndLeasesAsync();
        }

        await run.StartWorkerAsync();
        await run.CheckAsync();

        (await run.CountAsync("status = 50 and chain = 2")).ShouldBe(800);
        (await run.CountAsync("status = 73 and chain = 1")).ShouldBe(800);
    }

    [Fact]
    public async Task An_API_killed_between_accept_and_answer_has_stored_everything_it_answered_and_a_key_makes_the_rest_safe_to_repeat()
    {
        await using var run = await ChaosRun.StartAsync();
        await run.StartWorkerAsync();
        var sending = run.SendAsync(2_000);
        await Eventually.TrueAsync(() => run.Accepted.Count > 300, Soon);

        await run.Api.KillAsync();
        await run.StartApiAsync();
        await sending;

        run.Accepted.Distinct().Count().ShouldBe(2_000);
        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(2_000, "no key was accepted twice");
        run.Vendor.Calls.Select(call => call.Delivery).Distinct().Count().ShouldBe(2_000);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("fast")]
    public async Task PostgreSQL_killed_or_restarted_under_load_loses_nothing(string how)
    {
        await using var run = await ChaosRun.StartAsync();
        await run.StartWorkerAsync();
        var sending = run.SendAsync(2_000);
        await Eventually.TrueAsync(() => run.Accepted.Count > 400, Soon);

        await run.Cluster.StopAsync(how);
        await run.Cluster.StartAsync();
        await sending;

        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(2_000);
        (await run.CountAsync("status = 40")).ShouldBe(2_000);
    }

    [Fact]
    public async Task Every_backend_terminated_again_and_again_loses_nothing()
    {
        await using var run = await ChaosRun.StartAsync();
        await run.StartWorkerAsync();
        var sending = run.SendAsync(2_000);
        for (var round = 1; round <= 5; round++)
        {
            var enough = round * 250;
            await Eventually.TrueAsync(() => run.Accepted.Count > enough, Soon);
            await run.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'notification-%'");
        }

        await sending;

        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(2_000);
        (await run.CountAsync("status = 40")).ShouldBe(2_000);
    }

    [Fact]
    public async Task A_worker_paused_beyond_its_lease_does_no_harm_when_it_comes_back()
    {
        await using var run = await ChaosRun.StartAsync();
        run.Vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(100));
        await run.SendAsync(1_500);
        var paused = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Vendor.Calls.Count > 300, Soon);

        paused.Pause();
        await run.EndLeasesAsync();
        await run.StartWorkerAsync();
        await Eventually.TrueAsync(async () => await run.CountAsync("status in (20, 30) and due_at <= now()") == 0, TimeSpan.FromSeconds(120));
        var before = run.Vendor.Calls.Count;
        paused.Resume();

        await run.CheckAsync();
        (await run.CountAsync("status = 40")).ShouldBe(1_500);
        before.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_worker_asked_to_stop_under_load_leaves_nothing_leased_and_nothing_in_doubt()
    {
        await using var run = await ChaosRun.StartAsync();
        run.Vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(50));
        await run.SendAsync(1_500);
        var worker = await run.StartWorkerAsync();
        await Eventually.TrueAsync(() => run.Vendor.Calls.Count > 300, Soon);

        (await worker.TerminateAsync()).ShouldBe(0, worker.Output);
        (await run.CountAsync("status = 30")).ShouldBe(0);
        (await run.CountAsync("status = 20")).ShouldBeGreaterThan(0, "it was stopped in the middle");
        await run.StartWorkerAsync();

        await run.CheckAsync();
        (await run.CountAsync("status = 40 and not ambiguous")).ShouldBe(1_500);
        run.Vendor.Calls.Count.ShouldBe(1_500);
    }

    [Fact]
    public async Task A_provider_that_does_everything_wrong_at_once_leaves_every_delivery_with_an_outcome_and_its_reason()
    {
        await using var run = await ChaosRun.StartAsync();
        FakeResponse[] responses =
        [
            FakeResponse.Accept, FakeResponse.Status(429, headers: ("Retry-After", "1")), FakeResponse.Status(500), FakeResponse.Reset, FakeResponse.HalfABody(500),
            FakeResponse.Garbage, FakeResponse.Never, FakeResponse.HalfABody(202), FakeResponse.Status(302, headers: ("Location", "http://169.254.169.254/")), FakeResponse.Accept,
        ];
        // Its breaker opens again and again meanwhile, so it recovers after a while.
        run.Vendor.Otherwise = call => call.Attempt > 2 || call.Number > 150 ? FakeResponse.Accept : responses[call.Number % responses.Length];
        await run.StartWorkerAsync();

        await run.SendAsync(600);

        await run.CheckAsync();
        (await run.CountAsync("status = 40 or (status = 73 and failure_kind is not null and failure_code is not null)")).ShouldBe(600);
    }
}
