using NotificationService.Testing;
using NotificationService.Testing.Attacks;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>
/// What anybody who may register a tenant does to the others: nothing. The long run of it is a benchmark
/// (<c>attack --minutes 30</c>), which also says how long the others wait meanwhile.
/// </summary>
public sealed class AttackTests(PostgresCluster cluster)
{
    /// <summary>What .NET may use for its heap, in a container of twice that: 384 MiB.</summary>
    private static readonly (string Name, string Value) SmallHeap = ("DOTNET_GCHeapHardLimit", "0x18000000");

    [Fact]
    public async Task Under_every_known_attack_at_once_nothing_is_lost_and_no_process_dies_or_answers_500()
    {
        await using var run = await ChaosRun.StartAsync(cluster, SmallHeap, ("Notification__Delivery__Concurrency", "200"));
        var worker = await run.StartWorkerAsync();

        IReadOnlyDictionary<(string Attack, int Status), int> responses;
        await using (var attacks = await AttackRun.StartAsync(run.Api.Address, "attacker"))
        {
            await run.SendAsync(100);
            await Eventually.TrueAsync(() => attacks.WasTried(2), TimeSpan.FromMinutes(4), () => string.Join('\n', attacks.Responses));
            await run.SendAsync(25);
            responses = attacks.Responses;
        }

        (run.Api.HasExited, worker.HasExited).ShouldBe((false, false), $"{run.Api.Output}\n{worker.Output}");
        responses.Where(response => response.Key.Status is 500 or 502 or 504).ShouldBeEmpty();
        await run.CheckAsync();
    }
}
