using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>An API process, PostgreSQL, its connections or a vendor are gone in the midst of it. The same holds after each as in <see cref="KillTests"/>.</summary>
public sealed class LostServerTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task An_API_killed_between_accept_and_answer_has_stored_everything_it_answered_and_a_key_makes_the_rest_safe_to_repeat()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.StartWorkerAsync();
        var sending = run.SendAsync(ChaosRun.Sends);
        await Eventually.TrueAsync(() => run.Accepted.Count > ChaosRun.Sends / 6, Soon);

        await run.Api.KillAsync();
        await run.StartApiAsync();
        await sending;

        run.Accepted.Distinct().Count().ShouldBe(ChaosRun.Sends);
        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(ChaosRun.Sends, "no key was accepted twice");
        run.Vendor.Calls.Select(call => call.Delivery).Distinct().Count().ShouldBe(ChaosRun.Sends);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("fast")]
    public async Task PostgreSQL_killed_or_restarted_under_load_loses_nothing(string how)
    {
        await using var run = await ChaosRun.StartOnItsOwnServerAsync();
        await run.StartWorkerAsync();
        var sending = run.SendAsync(ChaosRun.Sends);
        await Eventually.TrueAsync(() => run.Accepted.Count > ChaosRun.Sends / 5, Soon);

        await run.Cluster.StopAsync(how);
        await run.Cluster.StartAsync();
        await sending;

        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(ChaosRun.Sends);
        (await run.CountAsync("status = {status.sent}")).ShouldBe(ChaosRun.Sends);
    }

    [Fact]
    public async Task Every_backend_terminated_again_and_again_loses_nothing()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        await run.StartWorkerAsync();
        var sending = run.SendAsync(ChaosRun.Sends);
        for (var round = 1; round <= 5; round++)
        {
            var enough = round * ChaosRun.Sends / 8;
            await Eventually.TrueAsync(() => run.Accepted.Count > enough, Soon);
            await run.TerminateBackendsAsync();
        }

        await sending;

        await run.CheckAsync();
        (await run.CountAsync("true")).ShouldBe(ChaosRun.Sends);
        (await run.CountAsync("status = {status.sent}")).ShouldBe(ChaosRun.Sends);
    }

    [Fact]
    public async Task A_provider_that_does_everything_wrong_at_once_leaves_every_delivery_with_an_outcome_and_its_reason()
    {
        await using var run = await ChaosRun.StartAsync(cluster);
        FakeResponse[] responses =
        [
            FakeResponse.Accept, FakeResponse.Status(429, headers: ("Retry-After", "1")), FakeResponse.Status(500), FakeResponse.Reset, FakeResponse.HalfABody(500),
            FakeResponse.Garbage, FakeResponse.Never, FakeResponse.HalfABody(202), FakeResponse.Status(302, headers: ("Location", "http://169.254.169.254/")), FakeResponse.Accept,
        ];
        // Its breaker opens again and again meanwhile, so it recovers after a while.
        run.Response = call => call.Attempt > 2 || call.Number > ChaosRun.Sends / 8 ? FakeResponse.Accept : responses[call.Number % responses.Length];
        await run.StartWorkerAsync();

        await run.SendAsync(ChaosRun.Sends / 2);

        await run.CheckAsync();
        (await run.CountAsync("status = {status.sent} or (status = {status.failed} and failure_kind is not null and failure_code is not null)")).ShouldBe(ChaosRun.Sends / 2);
    }
}
